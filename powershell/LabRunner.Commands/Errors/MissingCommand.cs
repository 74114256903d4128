using System.Management.Automation;

namespace LabRunner.Errors;

/// <summary>Says how to bring a function of the caller's session to an operation that did not find it.</summary>
internal static class MissingCommand
{
    private const string Look = "param($LabName) $ExecutionContext.InvokeProvider.Item.Exists(\"function:$([WildcardPattern]::Escape($LabName))\")";

    /// <summary>The same record, with the advice where the session has the function.</summary>
    internal static ErrorRecord Explained(ErrorRecord error, PSCmdlet caller)
    {
        if (error.Exception is CommandNotFoundException { CommandName: { Length: > 0 } name } && string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction) && IsFunction(name, caller))
        {
            error.ErrorDetails = AdviceText.Details(error.ErrorDetails?.Message ?? error.Exception.Message, $"'{name}' is a function of your session. Bring it into the operations with -Functions {name}.");
        }

        return error;
    }

    // Asked from here the engine would look in this module's session, not in the caller's.
    private static bool IsFunction(string name, PSCmdlet caller) =>
        caller.InvokeCommand.InvokeScript(caller.SessionState, ScriptBlock.Create(Look), name) is [{ BaseObject: true }];
}
