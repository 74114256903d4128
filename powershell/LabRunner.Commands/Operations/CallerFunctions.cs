using System.Management.Automation;

namespace LabRunner.Operations;

/// <summary>Finds functions of the caller's session. Asked from here the engine would look in this module's own.</summary>
internal static class CallerFunctions
{
    /// <summary>Whether there is one of that name.</summary>
    internal static bool Has(PSCmdlet caller, string name) => caller.InvokeCommand.InvokeScript(
        caller.SessionState,
        ScriptBlock.Create("param($LabName) $ExecutionContext.InvokeProvider.Item.Exists(\"function:$([WildcardPattern]::Escape($LabName))\")"),
        name) is [{ BaseObject: true }];

    /// <summary>The names of all, for those who cannot ask the session later: it runs one thing at a time.</summary>
    internal static HashSet<string> Names(PSCmdlet caller) => Like(caller, "*").Select(function => function.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Those whose name is like a pattern.</summary>
    internal static FunctionInfo[] Like(PSCmdlet caller, string pattern)
    {
        var found = caller.InvokeCommand.InvokeScript(
            caller.SessionState,
            ScriptBlock.Create("param($LabName) $ExecutionContext.InvokeProvider.ChildItem.Get('function:', $false) | & { process { if ($_.Name -like $LabName) { $_ } } }"),
            pattern);
        return [.. found.Select(item => item.BaseObject).OfType<FunctionInfo>()];
    }
}
