using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using LabRunner.Operations;
using LabRunner.Workers;

namespace LabRunner.Isolation;

/// <summary>What an operation inherits from its caller: location, cultures, language mode, preferences.</summary>
internal sealed class CallerState
{
    private static readonly string[] Inherited =
    [
        "ErrorActionPreference", "WarningPreference", "VerbosePreference", "DebugPreference", "InformationPreference",
        "ProgressPreference", "ConfirmPreference", "WhatIfPreference", "PSNativeCommandUseErrorActionPreference",
        "PSNativeCommandArgumentPassing", "OutputEncoding", "ErrorView", "FormatEnumerationLimit", "OFS",
    ];

    private static readonly Dictionary<string, string> ActionOf = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ErrorActionPreference"] = "ErrorAction",
        ["WarningPreference"] = "WarningAction",
        ["InformationPreference"] = "InformationAction",
        ["ProgressPreference"] = "ProgressAction",
    };

    /// <summary>The language mode of the workers: never more than the caller's.</summary>
    internal required PSLanguageMode LanguageMode { get; init; }

    internal required CultureInfo Culture { get; init; }

    internal required CultureInfo UICulture { get; init; }

    /// <summary>Where the caller stands, for a location command.</summary>
    internal required string Location { get; init; }

    /// <summary>The console's encodings at the time of the call.</summary>
    internal ConsoleEncodings Console { get; } = ConsoleEncodings.Current();

    /// <summary>Preference variables by name.</summary>
    internal required IReadOnlyList<KeyValuePair<string, object?>> Preferences { get; init; }

    /// <summary>The caller's <c>$PSDefaultParameterValues</c>, when there are any.</summary>
    internal IDictionary? DefaultParameterValues { get; init; }

    /// <summary>LabRunner's own module, whose commands operations may use.</summary>
    internal WorkerCommands Commands { get; init; } = WorkerCommands.None;

    /// <summary>What operations get on request.</summary>
    internal StateImport Import { get; init; } = StateImport.None;

    /// <summary>Reads the state through the command that the user called.</summary>
    internal static CallerState Capture(PSCmdlet caller, bool constrained, StateImport import)
    {
        var bound = caller.MyInvocation.BoundParameters;
        var variables = caller.SessionState.PSVariable;
        var preferences = new List<KeyValuePair<string, object?>>(Inherited.Length);
        foreach (var name in Inherited)
        {
            if (Explicit(name, bound) is { } given)
            {
                preferences.Add(new(name, given));
            }
            else if (variables.Get(name) is { } variable)
            {
                preferences.Add(new(name, Settled(name, variable.Value)));
            }
        }

        return new CallerState
        {
            LanguageMode = ModeOf(caller, constrained),
            Culture = CultureInfo.CurrentCulture,
            UICulture = CultureInfo.CurrentUICulture,
            Location = caller.SessionState.Path.CurrentLocation.Path,
            Preferences = preferences,
            DefaultParameterValues = variables.GetValue("PSDefaultParameterValues") is IDictionary { Count: > 0 } defaults ? new Hashtable(defaults, StringComparer.OrdinalIgnoreCase) : null,
            Commands = WorkerCommands.Of(caller),
            Import = import,
        };
    }

    /// <summary>Whether a session that has been made the other's needs no change to be this one's.</summary>
    internal bool IsLike(CallerState other) =>
        Location == other.Location
        && Equals(Culture, other.Culture)
        && Equals(UICulture, other.UICulture)
        && Import.Variables.Count == 0
        && DefaultParameterValues is null
        && other.DefaultParameterValues is null
        && Preferences.SequenceEqual(other.Preferences);

    /// <summary>The preference's value in the caller's scope or call.</summary>
    internal object? Preference(string name) => Preferences.FirstOrDefault(pair => pair.Key == name).Value;

    /// <summary>Whether the caller wants to read what is about to be done.</summary>
    internal bool ShowsActions =>
        LanguagePrimitives.IsTrue(Preference("WhatIfPreference"))
        || Preference("VerbosePreference") is not (null or ActionPreference.SilentlyContinue)
        || Preference("ConfirmPreference") is ConfirmImpact.Low or ConfirmImpact.Medium;

    // A module that is trusted runs in the full language for every caller, so that the session's mode alone does not
    // tell what the caller may do: the blocks that it made, its runspace and the system's policy do.
    private static PSLanguageMode ModeOf(PSCmdlet caller, bool constrained)
    {
        var mode = caller.SessionState.LanguageMode;
        if (mode != PSLanguageMode.FullLanguage)
        {
            return mode;
        }

        var lockedDown = IsLockedDown()
            || Runspace.DefaultRunspace?.InitialSessionState is { LanguageMode: not PSLanguageMode.FullLanguage };
        return constrained || lockedDown ? PSLanguageMode.ConstrainedLanguage : mode;
    }

    private static bool IsLockedDown() => IsLockedDown(PolicyOf());

    // What is not known to leave the full language open does not.
    internal static bool IsLockedDown(string? policy) => policy is not ("None" or "Audit");

    // Public in the engine, but not in the reference assembly that this is built against.
    private static string? PolicyOf()
    {
        try
        {
            return typeof(PSObject).Assembly.GetType("System.Management.Automation.Security.SystemPolicy")
                ?.GetMethod("GetSystemLockdownPolicy", BindingFlags.Public | BindingFlags.Static, [])
                ?.Invoke(null, null)?.ToString();
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }

    private static object? Explicit(string preference, IDictionary<string, object> bound)
    {
        switch (preference)
        {
            case "VerbosePreference":
                return Switch(bound, "Verbose") is { } verbose ? verbose ? ActionPreference.Continue : ActionPreference.SilentlyContinue : null;
            case "DebugPreference":
                return Switch(bound, "Debug") is { } debug ? debug ? ActionPreference.Continue : ActionPreference.SilentlyContinue : null;
            case "WhatIfPreference":
                return Switch(bound, "WhatIf") is { } whatIf ? whatIf : null;
            case "ConfirmPreference":
                return Switch(bound, "Confirm") is { } confirm ? confirm ? ConfirmImpact.Low : ConfirmImpact.None : null;
            default:
                return ActionOf.TryGetValue(preference, out var parameter) && bound.TryGetValue(parameter, out var action)
                    ? Settled(preference, action)
                    : null;
        }
    }

    private static bool? Switch(IDictionary<string, object> bound, string name) =>
        bound.TryGetValue(name, out var value) ? LanguagePrimitives.IsTrue(value) : null;

    // A preference variable does not take Ignore, and parallel work can neither answer an Inquire nor attend a Break. What
    // the caller silences is not shown, but it is true all the same: an operation that wrote no errors because the engine threw
    // them away could not be distinguished from one without any. So it writes them, and the caller's own command is silent.
    private static object? Settled(string name, object? value)
    {
        if (!name.EndsWith("Preference", StringComparison.Ordinal) || name is "ConfirmPreference" or "WhatIfPreference")
        {
            return value;
        }

        if (!LanguagePrimitives.TryConvertTo(value, out ActionPreference action))
        {
            return value;
        }

        return action switch
        {
            ActionPreference.Ignore => ActionPreference.SilentlyContinue,
            ActionPreference.SilentlyContinue when name is "ErrorActionPreference" or "WarningPreference" => ActionPreference.Continue,
            ActionPreference.Stop or ActionPreference.SilentlyContinue or ActionPreference.Continue => action,
            _ => ActionPreference.Continue,
        };
    }
}
