using System.Globalization;
using System.Text.Json;
using LabRunner.Interop;
using LabRunner.Json;
using LabRunner.Labs;
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

    private static LabActiveOperation[] Here()
    {
        using var document = ConfigValues.Parse(LabCore.Active());
        return [.. document.RootElement.EnumerateArray().SelectMany(run => run.GetProperty("operations").EnumerateArray().Select(item => Of(run, item)))];
    }

    private static LabActiveOperation Of(JsonElement run, JsonElement item)
    {
        var state = JsonMembers.Text(item, "state") ?? "";
        return new LabActiveOperation
        {
            Run = JsonMembers.Text(run, "name") ?? "",
            RunId = JsonMembers.Text(run, "id") ?? "",
            Name = JsonMembers.Text(item, "name") ?? "",
            State = state.Length == 0 ? "" : char.ToUpperInvariant(state[0]) + state[1..],
            Since = (JsonMembers.Number(item, "running_ms") ?? JsonMembers.Number(item, "in_state_ms")) is { } ms ? DateTime.Now.AddMilliseconds(-ms) : null,
            WaitingFor = state is "running" or "serving" or "stopping" ? null : Reason(run, item),
            Attempt = (int)(JsonMembers.Number(item, "attempt") ?? 0),
            WorkerId = (int?)JsonMembers.Number(item, "worker"),
            ProcessId = Environment.ProcessId,
        };
    }

    // The core counts from the run's start; a person looks at the clock.
    private static string? Reason(JsonElement run, JsonElement item)
    {
        if (JsonMembers.Number(item, "backoff_until_ms") is { } until && ControlThread.StartOf(run.GetProperty("run").GetUInt64()) is { } start)
        {
            var next = (JsonMembers.Number(item, "attempt") ?? 0) + 1;
            return string.Create(CultureInfo.InvariantCulture, $"attempt {next} begins at {start.AddMilliseconds(until):HH:mm:ss}");
        }

        return JsonMembers.Text(item, "reason");
    }
}
