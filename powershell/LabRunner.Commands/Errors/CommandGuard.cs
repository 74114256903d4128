using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Operations;

namespace LabRunner.Errors;

/// <summary>What stands between the body of a cmdlet and the user: whatever is thrown there leaves as one error with an id.</summary>
internal static class CommandGuard
{
    /// <summary>Runs the body of a command for the one that the user called.</summary>
    internal static void Run(PSCmdlet voice, Action body)
    {
        LabRunnerException fault;
        try
        {
            body();
            return;
        }
        catch (Exception error) when (!IsTheEngines(error))
        {
            fault = Of(error, voice.MyInvocation.MyCommand?.Name ?? "LabRunner");
        }

        voice.ThrowTerminatingError(fault.ErrorRecord);
    }

    /// <summary>Writes an error after which the command goes on, unless the caller wants errors to end it.</summary>
    /// <remarks>The preference of the script that calls a function is not the function's own, and the engine goes by that.</remarks>
    internal static void Write(PSCmdlet voice, ErrorRecord error)
    {
        if (!voice.MyInvocation.BoundParameters.ContainsKey("ErrorAction")
            && LanguagePrimitives.TryConvertTo(voice.SessionState.PSVariable.GetValue("ErrorActionPreference"), out ActionPreference preference)
            && preference == ActionPreference.Stop)
        {
            voice.ThrowTerminatingError(error);
        }

        voice.WriteError(error);
    }

    /// <summary>The error as LabRunner's own.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="command">The command that the user called.</param>
    internal static LabRunnerException Of(Exception error, string command) => error switch
    {
        LabRunnerException own => own,
        LabCoreException core => LabRunnerError.Core(core),
        NativeLibraryException native => new LabRunnerException(native.Id, ErrorCategory.ResourceUnavailable, native.Message, null, null, native),
        _ => LabRunnerError.Unforeseen(command, error),
    };

    // How the engine stops a pipeline, leaves a loop or ends a script, and what a script threw: that of a command behind this one
    // in the pipeline comes through here. A script's error has a place; one that has none was thrown by the command itself. None
    // of these is a fault of the command, and all must reach the engine as they are.
    private static bool IsTheEngines(Exception error)
    {
        if (error is PipelineStoppedException or ActionPreferenceStopException or RuntimeException { WasThrownFromThrowStatement: true } or RuntimeException { ErrorRecord.InvocationInfo: not null })
        {
            return true;
        }

        // Their common base is not public.
        for (var type = error.GetType(); type is not null; type = type.BaseType)
        {
            if (type.FullName == "System.Management.Automation.FlowControlException")
            {
                return true;
            }
        }

        return false;
    }
}
