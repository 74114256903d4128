using System.Text.Json;
using LabRunner.Json;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>A recorded run with its operations.</summary>
/// <param name="Summary">The run in short.</param>
/// <param name="ProcessId">The process that runs it, or ran it.</param>
/// <param name="MaxConcurrency">How many operations could run at the same time.</param>
/// <param name="Operations">Its operations, as declared.</param>
internal sealed record RunHistory(LabRunSummary Summary, int ProcessId, int MaxConcurrency, OperationHistory[] Operations)
{
    internal static RunHistory Of(LabRunSummary summary, JsonElement run) => new(
        summary,
        (int)(JsonMembers.Number(run, "pid") ?? 0),
        (int)(JsonMembers.Number(run, "max_concurrency") ?? 1),
        run.TryGetProperty("operations", out var operations) ? [.. operations.EnumerateArray().Select(OperationHistory.Of)] : []);
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

    internal static OperationHistory Of(JsonElement operation) => new(
        JsonMembers.Text(operation, "name") ?? "",
        JsonMembers.Text(operation, "state") ?? "",
        (int)(JsonMembers.Number(operation, "attempt") ?? 0),
        (int?)JsonMembers.Number(operation, "worker"),
        JsonMembers.Number(operation, "started_ms"),
        JsonMembers.Number(operation, "ended_ms"),
        (long)(JsonMembers.Number(operation, "busy_ms") ?? 0));
}
