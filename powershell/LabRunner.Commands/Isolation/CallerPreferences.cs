using System.Management.Automation;
using LabRunner.Operations;

namespace LabRunner.Isolation;

/// <summary>Makes a function of the module go by the preferences of the script that calls it.</summary>
/// <remarks>
/// A function of a module looks for preferences in its own scope, and then in the global one: what a script has set for
/// itself, it does not see. So they are set in the function's scope, which is where its cmdlet stands.
/// </remarks>
internal static class CallerPreferences
{
    private static readonly (string Variable, string Parameter)[] All =
    [
        ("ErrorActionPreference", "ErrorAction"),
        ("WarningPreference", "WarningAction"),
        ("InformationPreference", "InformationAction"),
        ("VerbosePreference", "Verbose"),
        ("DebugPreference", "Debug"),
        ("ProgressPreference", "ProgressAction"),
        ("WhatIfPreference", "WhatIf"),
        ("ConfirmPreference", "Confirm"),
    ];

    /// <summary>Takes over what the call itself does not say.</summary>
    internal static void Adopt(PSCmdlet cmdlet, PSCmdlet? caller)
    {
        if (caller is null)
        {
            return;
        }

        var given = caller.MyInvocation.BoundParameters;
        var theirs = caller.SessionState.PSVariable;
        var own = cmdlet.SessionState.PSVariable;
        foreach (var (variable, parameter) in All)
        {
            // A function that has settled not to ask has settled it for its caller too.
            var now = own.GetValue(variable);
            if (!given.ContainsKey(parameter) && theirs.Get(variable) is { } preference && Adopted(variable, preference.Value) is var adopted && !Equals(now, adopted) && !(parameter == "Confirm" && now?.ToString() == "None"))
            {
                own.Set(variable, adopted);
            }
        }
    }

    // A failed operation is a result: its error is written, and does not end the command that has others to give.
    private static object? Adopted(string variable, object? value) =>
        variable == "ErrorActionPreference" && LanguagePrimitives.TryConvertTo(value, out ActionPreference action) && action == ActionPreference.Stop ? ActionPreference.Continue : value;
}
