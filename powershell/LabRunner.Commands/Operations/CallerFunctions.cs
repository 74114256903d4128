using System.Management.Automation;

namespace LabRunner.Operations;

/// <summary>Finds functions of the caller's session. Asked from here the engine would look in this module's own.</summary>
/// <remarks>The scripts run in the caller's scope, so they set no variable there: a parameter could be one that the caller has.</remarks>
internal static class CallerFunctions
{
    /// <summary>Whether there is one of that name.</summary>
    internal static bool Has(PSCmdlet caller, string name) => caller.InvokeCommand.InvokeScript(
        caller.SessionState,
        ScriptBlock.Create("$ExecutionContext.InvokeProvider.Item.Exists(\"function:$([WildcardPattern]::Escape($args[0]))\")"),
        name) is [{ BaseObject: true }];

    /// <summary>The names of all, for those who cannot ask the session later: it runs one thing at a time.</summary>
    internal static HashSet<string> Names(PSCmdlet caller) => Like(caller, "*").Select(function => function.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Those whose name is like a pattern.</summary>
    internal static FunctionInfo[] Like(PSCmdlet caller, string pattern)
    {
        var found = caller.InvokeCommand.InvokeScript(
            caller.SessionState,
            ScriptBlock.Create("$ExecutionContext.InvokeProvider.ChildItem.Get('function:', $false) | & { param($LabName) process { if ($_.Name -like $LabName) { $_ } } } $args[0]"),
            pattern);
        return [.. found.Select(item => item.BaseObject).OfType<FunctionInfo>()];
    }
}
