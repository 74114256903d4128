using System.Management.Automation;
using LabRunner.Runs;

namespace LabRunner.Progress;

/// <summary>Progress as one line a change of state, where bars would only fill a log.</summary>
internal sealed class ProgressLines(PSCmdlet caller, int total) : IProgressView
{
    private int _done;

    public int NextWait(RunProgress progress) => Timeout.Infinite;

    public void Draw(RunProgress progress)
    {
    }

    public void Changed(OperationDefinition operation, string state, LabOperationResult? result)
    {
        var line = result is null
            ? $"[{_done}/{total}] {operation.Name}: {state}"
            : $"[{++_done}/{total}] {operation.Name}: {state}{(result.StartTime is null ? "" : $" after {Seconds(result.Duration)}")}{(result.Error is null ? "" : $": {result.Error}")}";
        caller.WriteInformation(new HostInformationMessage { Message = ProgressText.Plain(line) }, ["PSHOST"]);
    }

    public void Close(RunProgress progress)
    {
    }

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.0} s");
}
