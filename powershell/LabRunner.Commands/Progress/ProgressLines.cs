using System.Management.Automation;

namespace LabRunner.Progress;

/// <summary>Progress as one line a change of state, where bars would only fill a log.</summary>
internal sealed class ProgressLines(PSCmdlet caller, int total) : IProgressView
{
    private int _done;

    public int NextWait(RunProgress progress) => Timeout.Infinite;

    public void Draw(RunProgress progress)
    {
    }

    public void Changed(string operation, string state) => Write($"{operation}: {state}");

    public void Ended(string operation, string state, TimeSpan? took, string? error)
    {
        _done++;
        Write($"{operation}: {state}{(took is { } time ? $" after {Seconds(time)}" : "")}{(error is null ? "" : $": {error}")}");
    }

    public void Close(RunProgress progress)
    {
    }

    private void Write(string line) =>
        caller.WriteInformation(new HostInformationMessage { Message = ProgressText.Plain($"[{_done}/{total}] {line}") }, ["PSHOST"]);

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.0} s");
}
