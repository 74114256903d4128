using System.Globalization;
using LabRunner.Interop;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>What live runs have not ended yet: those of this process, and those of others that leave a journal.</summary>
internal static class ActiveOperations
{
    /// <summary>All of them, run by run, as declared.</summary>
    internal static LabActiveOperation[] Look() => [.. Here(), .. Elsewhere()];

    // A journal does not say what an operation waits for; that only its process knows.
    private static IEnumerable<LabActiveOperation> Elsewhere() =>
        LabHistory.WithOperations(null, running: true)
        .Where(run => run.ProcessId != Environment.ProcessId)
        .SelectMany(run => run.Operations.Where(operation => operation.EndedMs is null).Select(operation => new LabActiveOperation
        {
            Run = run.Summary.Name,
            RunId = run.Summary.Run,
            Name = operation.Name,
            State = operation.State,
            Since = operation.State is "Running" or "Serving" or "Stopping" && operation.StartedMs is { } ms ? run.Summary.StartTime?.AddMilliseconds(ms) : null,
            Attempt = operation.Attempt,
            WorkerId = operation.Worker,
            ProcessId = run.ProcessId,
        }));

    private static LabActiveOperation[] Here() =>
        [.. LabCore.Active().SelectMany(run => run.Operations.Select(operation => Of(run, operation)))];

    private static LabActiveOperation Of(ActiveRun run, ActiveOperation operation) => new()
    {
        Run = run.Name,
        RunId = run.Id,
        Name = operation.Name,
        State = operation.State.Length == 0 ? "" : char.ToUpperInvariant(operation.State[0]) + operation.State[1..],
        Since = DateTime.Now.AddMilliseconds(-(operation.RunningMs ?? operation.InStateMs)),
        WaitingFor = operation.State is "running" or "serving" or "stopping" ? null : Reason(run, operation),
        Attempt = operation.Attempt,
        WorkerId = operation.Worker,
        ProcessId = Environment.ProcessId,
    };

    // The core counts from the run's start; a person looks at the clock.
    private static string Reason(ActiveRun run, ActiveOperation operation) =>
        operation.BackoffUntilMs is { } until && ControlThread.StartOf(run.Run) is { } start
            ? string.Create(CultureInfo.InvariantCulture, $"attempt {operation.Attempt + 1} begins at {start.AddMilliseconds(until):HH:mm:ss}")
            : operation.Reason;
}
