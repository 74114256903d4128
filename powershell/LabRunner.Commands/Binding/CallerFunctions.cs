using System.Management.Automation;

namespace LabRunner.Binding;

/// <summary>Finds functions of the caller's session. Asked from here the engine would look in this module's own.</summary>
internal static class CallerFunctions
{
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
