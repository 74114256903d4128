using System.Management.Automation;
using LabRunner.Cmdlets;
using LabRunner.Errors;
using LabRunner.Isolation;
using LabRunner.Runs;

namespace LabRunner.Streams;

/// <summary>Writes a run to the pipeline of the command that the user called.</summary>
/// <remarks>
/// Results leave through the cmdlet; records through the caller, so that positions and preferences are the user's. What
/// the caller's <c>Stop</c> preference would turn into an exception is shown instead: the other results must not be lost.
/// </remarks>
internal sealed class PipelineOutput(Action<LabOperationResult> write, PSCmdlet caller, CallerState state) : IRunOutput
{
    private static readonly CmdletInfo Writer = new("Write-LabError", typeof(WriteLabErrorCommand));

    public void Started(int operation)
    {
    }

    public void Result(int operation, LabOperationResult result) => write(result);

    public void Output(string operation, object? item)
    {
    }

    public void Verbose(int operation, string message) => Write("VerbosePreference", message, caller.WriteVerbose, screen => screen.WriteVerboseLine);

    public void Failure(int operation, ErrorRecord error) => Error(error);

    public void Record(LabRecord record)
    {
        switch (record.Live)
        {
            case ErrorRecord error:
                Error(error);
                break;
            case WarningRecord warning:
                Warning(warning.Message);
                break;
            case VerboseRecord verbose:
                Verbose(-1, verbose.Message);
                break;
            case DebugRecord debug:
                Write("DebugPreference", debug.Message, caller.WriteDebug, screen => screen.WriteDebugLine);
                break;
            case InformationRecord information when !Stops("InformationPreference"):
                caller.WriteInformation(information);
                break;
            case InformationRecord { MessageData: HostInformationMessage { NoNewLine: true } piece }:
                Screen?.Write(piece.Message);
                break;
            case InformationRecord information:
                Screen?.WriteLine(information.ToString());
                break;
        }
    }

    public void Note(string line)
    {
        if (!Stops("InformationPreference"))
        {
            caller.WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
        }
        else
        {
            Screen?.WriteLine(line);
        }
    }

    public void Warning(string message) => Write("WarningPreference", message, caller.WriteWarning, screen => screen.WriteWarningLine);

    private System.Management.Automation.Host.PSHostUserInterface? Screen => caller.Host?.UI;

    // Where a record stops who writes it, it has stopped its operation: here it is only shown, as the engine does before it stops.
    private void Write(string preference, string message, Action<string> write, Func<System.Management.Automation.Host.PSHostUserInterface, Action<string>> show)
    {
        if (!Stops(preference))
        {
            write(message);
        }
        else if (Screen is { } screen)
        {
            show(screen)(message);
        }
    }

    private bool Stops(string preference) => LanguagePrimitives.TryConvertTo(state.Preference(preference), out ActionPreference action) && action == ActionPreference.Stop;

    private void Error(ErrorRecord error)
    {
        MissingCommand.Explained(error, caller);

        // The preference is not one of the command's own, see CallerPreferences.
        if (CallerEnd.IsAskedBy(caller))
        {
            Show(error);
            return;
        }

        caller.WriteError(ErrorPosition.Keep(error));
    }

    private void Show(ErrorRecord error)
    {
        try
        {
            caller.InvokeCommand.InvokeScript(
                "param($LabWriter, $LabError) & $LabWriter -ErrorRecord $LabError -ErrorAction Continue",
                true,
                System.Management.Automation.Runspaces.PipelineResultTypes.Error,
                null,
                Writer,
                ErrorPosition.At(error, caller.MyInvocation));
        }
        catch (RuntimeException failure) when (failure is not PipelineStoppedException)
        {
            Screen?.WriteErrorLine(error.ToString());
        }
    }
}
