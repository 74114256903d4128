using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Execution;

namespace LabRunner.Commands;

/// <summary>Writes a run to the pipeline of the command that the user called.</summary>
/// <remarks>
/// Results leave through the cmdlet; records through the caller, so that positions and preferences are the user's. What
/// the caller's <c>Stop</c> preference would turn into an exception is shown instead: the other results must not be lost.
/// </remarks>
internal sealed class PipelineOutput(Action<LabOperationResult> write, PSCmdlet caller, CallerState state, bool tagged) : IRunOutput
{
    private readonly HashSet<string> _inLine = [];

    public void Started(int operation)
    {
    }

    public void Result(int operation, LabOperationResult result) => write(result);

    public void Failure(int operation, LabOperationResult result)
    {
        if (result.ErrorRecord is { } error)
        {
            Error(error);
        }
    }

    public void Record(LabRecord record)
    {
        switch (record.Data)
        {
            case ErrorRecord error:
                Error(error);
                break;
            case WarningRecord warning when MayWrite("WarningPreference"):
                caller.WriteWarning(Tag(record) + warning.Message);
                break;
            case VerboseRecord verbose when MayWrite("VerbosePreference"):
                caller.WriteVerbose(Tag(record) + verbose.Message);
                break;
            case DebugRecord debug when MayWrite("DebugPreference"):
                caller.WriteDebug(Tag(record) + debug.Message);
                break;
            case InformationRecord information when MayWrite("InformationPreference"):
                caller.WriteInformation(Tagged(record, information));
                break;
        }
    }

    private string Tag(LabRecord record) => tagged ? $"[{record.Operation}] " : "";

    private InformationRecord Tagged(LabRecord record, InformationRecord information)
    {
        if (information.MessageData is not HostInformationMessage message)
        {
            return information;
        }

        // Only the first piece of a line that is written with -NoNewline is tagged.
        var inLine = _inLine.Remove(record.Operation);
        if (message.NoNewLine == true)
        {
            _inLine.Add(record.Operation);
        }

        var text = new HostInformationMessage
        {
            Message = inLine ? message.Message : Tag(record) + message.Message,
            NoNewLine = message.NoNewLine,
            ForegroundColor = message.ForegroundColor,
            BackgroundColor = message.BackgroundColor,
        };
        var copy = new InformationRecord(text, information.Source) { TimeGenerated = information.TimeGenerated };
        copy.Tags.Add("PSHOST");
        return copy;
    }

    private bool MayWrite(string preference) => state.Preference(preference) is not ActionPreference.Stop;

    private void Error(ErrorRecord error)
    {
        if (LanguagePrimitives.TryConvertTo(state.Preference("ErrorActionPreference"), out ActionPreference action) && action == ActionPreference.Stop)
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
                "param($LabError) Write-Error -ErrorRecord $LabError -ErrorAction Continue",
                true,
                System.Management.Automation.Runspaces.PipelineResultTypes.Error,
                null,
                error);
        }
        catch (RuntimeException failure) when (failure is not PipelineStoppedException)
        {
            caller.Host?.UI?.WriteErrorLine(error.ToString());
        }
    }
}
