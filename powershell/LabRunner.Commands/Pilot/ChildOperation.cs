using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using LabRunner.Operations;
using LabRunner.Workers;

namespace LabRunner.Pilot;

/// <summary>An operation in its own process: what it is to do, as its script's first lines read it.</summary>
public sealed class ChildOperation
{
    // As in a worker, a loop that runs once catches an operation's break and continue.
    private static readonly Lazy<ScriptBlock> Hidden = new(static () => HiddenScript.Of(
        "do { try { & $LabUnit @LabPositional @LabNamed *>&1 | & $LabSink; if ($?) { & $LabEnd } else { & $LabEnd $LASTEXITCODE } } catch { & $LabFail $_ } } while ($false)"));

    private static readonly CmdletInfo SinkInfo = new("Send-LabFrame", typeof(ChildSinkCommand));
    private static readonly CmdletInfo FailInfo = new("Stop-LabFrame", typeof(ChildFailCommand));
    private static readonly CmdletInfo EndInfo = new("Complete-LabFrame", typeof(ChildEndCommand));
    private static readonly CmdletInfo TestedInfo = new("Test-LabFrame", typeof(ChildTestedCommand));

    private ChildOperation(Hashtable order)
    {
        Order = order;
        Unit = Script(order["Script"]);
        if (order["TakesParameters"] is true && (Unit as ScriptBlock)?.Ast is ScriptBlockAst ast)
        {
            Unit = ScriptCopy.TakingParameters(ast) ?? Unit;
        }

        ChildOutput.Operation = order["Operation"]?.ToString();
        ChildOutput.Script = (Unit as ScriptBlock)?.Ast;
        Positional = Arguments(order["Positional"]);
        Named = Table(order["Named"]);
        if (order["Test"] is not null)
        {
            Test = Script(order["Test"]);
            if (order["TestTakesParameters"] is true && (Test as ScriptBlock)?.Ast is ScriptBlockAst test)
            {
                Test = ScriptCopy.TakingParameters(test) ?? Test;
            }

            TestPositional = Arguments(order["TestPositional"]);
            TestNamed = Table(order["TestNamed"]);
            ChildOutput.Script = (Test as ScriptBlock)?.Ast;
            ChildOutput.IsTesting = true;
        }
    }

    /// <summary>The whole order.</summary>
    public Hashtable Order { get; }

    /// <summary>What is called: a block or a path.</summary>
    public object Unit { get; }

    /// <summary>Arguments by position.</summary>
    public object?[] Positional { get; }

    /// <summary>Arguments by name.</summary>
    public Hashtable Named { get; }

    /// <summary>What says whether the work is done; nothing when it is not asked.</summary>
    public object? Test { get; }

    /// <summary>Its arguments by position.</summary>
    public object?[] TestPositional { get; } = [];

    /// <summary>Its arguments by name.</summary>
    public Hashtable TestNamed { get; } = [];

    /// <summary>Says whether the operation is to be run once its test has been asked.</summary>
    public CommandInfo Tested => TestedInfo;

    /// <summary>Runs the operation.</summary>
    public ScriptBlock Loop => Hidden.Value;

    /// <summary>The end of the operation's pipeline.</summary>
    public CommandInfo Sink => SinkInfo;

    /// <summary>Takes the error that ended it.</summary>
    public CommandInfo Fail => FailInfo;

    /// <summary>Takes note of its end.</summary>
    public CommandInfo End => EndInfo;

    /// <summary>Reads an order and makes the process ready for it.</summary>
    /// <param name="text">The order as the process was given it.</param>
    /// <param name="context">The engine of the process.</param>
    public static ChildOperation Open(string text, EngineIntrinsics context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ChildOutput.Begin();
        var order = Table(Frame.Unpack(text));
        Lifeline.Watch($"{order["Lifeline"]}", Runspace.DefaultRunspace, TimeSpan.FromMilliseconds(LanguagePrimitives.ConvertTo<double>(order["GraceMs"])));
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo($"{order["Culture"]}");
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo($"{order["UICulture"]}");
        try
        {
            context.SessionState.Path.SetLocation(WildcardPattern.Escape($"{order["Location"]}"));
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            // A drive of the caller's own is not here.
        }

        foreach (DictionaryEntry entry in Table(order["Variables"]))
        {
            context.SessionState.PSVariable.Set($"global:{entry.Key}", entry.Value);
        }

        return new ChildOperation(order);
    }

    /// <summary>The scripts that define the caller's functions, and the initialization script.</summary>
    public IEnumerable<object> Preparations() =>
        LanguagePrimitives.GetEnumerable(Order["Functions"])?.Cast<object>().Select(Script) ?? [];

    /// <summary>The initialization script, when there is one.</summary>
    public object? Initialization() => Order["Initialization"] is { } script ? Script(script) : null;

    /// <summary>Sets the caller's preferences, the last thing before the operation.</summary>
    public void Settle(EngineIntrinsics context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ChildOutput.IsPrepared = true;
        foreach (DictionaryEntry entry in Table(Order["Preferences"]))
        {
            context.SessionState.PSVariable.Set($"global:{entry.Key}", entry.Value);
        }

        if (Order["Defaults"] is not null)
        {
            context.SessionState.PSVariable.Set("global:PSDefaultParameterValues", new DefaultParameterDictionary(Table(Order["Defaults"])));
        }
    }

    /// <summary>The process's own script.</summary>
    internal static string Bootstrap() => $$"""
        Set-StrictMode -Off
        $ErrorActionPreference = 'Stop'
        Import-Module -Name '{{Quoted(ModuleManifest.Path)}}' -DisableNameChecking
        $LabChild = [LabRunner.Pilot.ChildOperation]::Open((@($input) -join ''), $ExecutionContext)
        $LabUnit = $LabChild.Unit; $LabPositional = $LabChild.Positional; $LabNamed = $LabChild.Named
        $LabLoop = $LabChild.Loop; $LabSink = $LabChild.Sink; $LabFail = $LabChild.Fail; $LabEnd = $LabChild.End
        try {
            foreach ($LabItem in $LabChild.Order['Modules']) { Import-Module -Name $LabItem -Global -DisableNameChecking }
            foreach ($LabItem in $LabChild.Preparations()) { . $LabItem }
            $LabItem = $LabChild.Initialization()
            if ($null -ne $LabItem) { $LabValues = $LabChild.Order['InitializationValues']; $null = . $LabItem @LabValues }
        } catch { & $LabFail $_; exit }
        $LabChild.Settle($ExecutionContext)
        $LabMode = $LabChild.Order['LanguageMode']
        $LabTested = $LabChild.Tested
        $LabTest = $LabChild.Test; $LabTestPositional = $LabChild.TestPositional; $LabTestNamed = $LabChild.TestNamed
        Remove-Variable -Name LabChild, LabItem, LabValues -ErrorAction Ignore -WhatIf:$false -Confirm:$false
        if ($LabMode -ne 'FullLanguage') { $ExecutionContext.SessionState.LanguageMode = $LabMode }
        if ($null -ne $LabTest) {
            $LabWork = $LabUnit, $LabPositional, $LabNamed
            $LabUnit = $LabTest; $LabPositional = $LabTestPositional; $LabNamed = $LabTestNamed
            . $LabLoop
            if (-not (& $LabTested $LabWork[0])) { exit 0 }
            $LabUnit = $LabWork[0]; $LabPositional = $LabWork[1]; $LabNamed = $LabWork[2]
            Remove-Variable -Name LabTest, LabTestPositional, LabTestNamed, LabWork -ErrorAction Ignore -WhatIf:$false -Confirm:$false
        }
        . $LabLoop
        exit 0
        """;

    private static string Quoted(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    private static object Script(object? described)
    {
        var script = Table(described);
        return script["Path"] is { } path
            ? $"{path}"
            : ScriptCopy.Unbound(Parser.ParseInput($"{script["Text"]}", script["File"] is { } file ? $"{file}" : null, out _, out _));
    }

    private static object?[] Arguments(object? value) => [.. (value is { } list ? LanguagePrimitives.GetEnumerable(list)?.Cast<object?>() : null) ?? []];

    private static Hashtable Table(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) as Hashtable ?? [];
}
