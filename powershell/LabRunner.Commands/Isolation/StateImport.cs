using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Errors;

namespace LabRunner.Isolation;

/// <summary>What a run brings into its workers on request: modules, functions, a script, variables.</summary>
/// <remarks>
/// All but the values of variables is done once, when a runspace is opened, and belongs to what is restored between
/// operations; so a warm worker serves only runs that ask for the same.
/// </remarks>
internal sealed class StateImport
{
    internal static readonly StateImport None = new();

    // Importing the same module at the same time in several runspaces fails now and then.
    private static readonly object ImportGate = new();

    /// <summary>Names or paths of modules.</summary>
    internal IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Scripts that define the caller's functions, each at its own line of its own file.</summary>
    internal IReadOnlyList<ScriptBlock> Functions { get; init; } = [];

    /// <summary>The caller's script, and the values of its <c>$using:</c>.</summary>
    internal ScriptBlock? Initialization { get; init; }

    internal Hashtable InitializationValues { get; init; } = [];

    /// <summary>The variables that operations find.</summary>
    internal IReadOnlyList<KeyValuePair<string, object?>> Variables { get; init; } = [];

    /// <summary>What makes two of them alike for a worker.</summary>
    internal string Fingerprint { get; init; } = "";

    /// <summary>Brings it into a runspace that has just been opened, on the runspace's thread.</summary>
    /// <exception cref="LabRunnerException">A module, a function or the script ended with an error.</exception>
    internal void Apply(Runspace runspace)
    {
        foreach (var module in Modules)
        {
            lock (ImportGate)
            {
                Run(runspace, $"the module '{module}'", shell => shell.AddCommand("Import-Module").AddParameter("Name", module).AddParameter("Global").AddParameter("DisableNameChecking"));
            }
        }

        foreach (var function in Functions)
        {
            Run(runspace, "a function", shell => shell.AddScript("param($LabBlock) . $LabBlock", useLocalScope: false).AddArgument(function));
        }

        if (Initialization is { } script)
        {
            Run(runspace, "the initialization script", shell => shell.AddScript("param($LabBlock, $LabValues) . $LabBlock @LabValues", useLocalScope: false).AddArgument(script).AddArgument(InitializationValues));
        }

        if (Functions.Count > 0 || Initialization is not null)
        {
            runspace.SessionStateProxy.PSVariable.Remove("LabBlock");
            runspace.SessionStateProxy.PSVariable.Remove("LabValues");
        }
    }

    private static void Run(Runspace runspace, string what, Action<PowerShell> command)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        command(shell);
        ErrorRecord? error = null;
        try
        {
            shell.Invoke();
            error = shell.Streams.Error.FirstOrDefault();
        }
        catch (RuntimeException failure)
        {
            error = failure.ErrorRecord;
        }

        if (error is not null)
        {
            throw LabRunnerError.NotPrepared(what, error);
        }
    }
}
