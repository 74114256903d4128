using LabRunner.Interop;

namespace LabRunner.Runs;

/// <summary>A recorded run with its operations.</summary>
/// <param name="Summary">The run in short.</param>
/// <param name="ProcessId">The process that runs it, or ran it.</param>
/// <param name="MaxConcurrency">How many operations could run at the same time.</param>
/// <param name="Operations">Its operations, as declared.</param>
internal sealed record RunHistory(LabRunSummary Summary, int ProcessId, int MaxConcurrency, OperationHistory[] Operations)
{
    internal static RunHistory Of(LabRunSummary summary, RecordedRun run) =>
        new(summary, run.Pid, run.MaxConcurrency, [.. run.Operations.Select(OperationHistory.Of)]);
}

/// <summary>One operation of a recorded run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Where it is, or how it ended.</param>
/// <param name="Attempt">The attempt under way, or the last one.</param>
/// <param name="Worker">The worker that has it.</param>
/// <param name="StartedMs">When its last attempt began, from the run's start.</param>
/// <param name="EndedMs">When it ended, from the run's start.</param>
/// <param name="BusyMs">How long its ended attempts ran.</param>
internal sealed record OperationHistory(string Name, string State, int Attempt, int? Worker, double? StartedMs, double? EndedMs, long BusyMs)
{
    /// <summary>Whether it was ever started.</summary>
    internal bool HasRun => Attempt > 0;

    internal static OperationHistory Of(RecordedOperation operation) =>
        new(operation.Name, operation.State, operation.Attempt, operation.Worker, operation.StartedMs, operation.EndedMs, (long)operation.BusyMs);
}
