using System.Management.Automation;
using LabRunner.Operations;

namespace LabRunner.Errors;

/// <summary>Says how to bring a function of the caller's session to an operation that did not find it.</summary>
internal static class MissingCommand
{
    /// <summary>The same record, with the advice where the session has the function.</summary>
    internal static ErrorRecord Explained(ErrorRecord error, Func<string, bool> isFunction)
    {
        if (error.Exception is CommandNotFoundException { CommandName: { Length: > 0 } name } && string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction) && isFunction(name))
        {
            error.ErrorDetails = AdviceText.Details(error.ErrorDetails?.Message ?? error.Exception.Message, $"'{name}' is a function of your session. Bring it into the operations with -Functions {name}.");
        }

        return error;
    }

    /// <summary>The same record, asking the session now, on its own thread.</summary>
    internal static ErrorRecord Explained(ErrorRecord error, PSCmdlet caller) => Explained(error, name => CallerFunctions.Has(caller, name));
}
