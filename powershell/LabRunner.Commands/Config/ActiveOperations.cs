using System.Globalization;
using System.Text.Json;
using LabRunner.Execution;
using LabRunner.Interop;

namespace LabRunner.Config;

/// <summary>What the live runs of this process have not ended yet.</summary>
internal static class ActiveOperations
{
    /// <summary>All of them, run by run, as declared.</summary>
    internal static LabActiveOperation[] Look()
    {
        using var document = ConfigValues.Parse(LabCore.Active());
        return [.. document.RootElement.EnumerateArray().SelectMany(run => run.GetProperty("operations").EnumerateArray().Select(item => Of(run, item)))];
    }

    private static LabActiveOperation Of(JsonElement run, JsonElement item)
    {
        var state = RunEvent.Text(item, "state") ?? "";
        return new LabActiveOperation
        {
            Run = RunEvent.Text(run, "name") ?? "",
            RunId = RunEvent.Text(run, "id") ?? "",
            Name = RunEvent.Text(item, "name") ?? "",
            State = state.Length == 0 ? "" : char.ToUpperInvariant(state[0]) + state[1..],
            Since = (RunEvent.Number(item, "running_ms") ?? RunEvent.Number(item, "in_state_ms")) is { } ms ? DateTime.Now.AddMilliseconds(-ms) : null,
            WaitingFor = state is "running" or "serving" or "stopping" ? null : Reason(run, item),
            Attempt = (int)(RunEvent.Number(item, "attempt") ?? 0),
            WorkerId = (int?)RunEvent.Number(item, "worker"),
        };
    }

    // The core counts from the run's start; a person looks at the clock.
    private static string? Reason(JsonElement run, JsonElement item)
    {
        if (RunEvent.Number(item, "backoff_until_ms") is { } until && ControlThread.StartOf(run.GetProperty("run").GetUInt64()) is { } start)
        {
            var next = (RunEvent.Number(item, "attempt") ?? 0) + 1;
            return string.Create(CultureInfo.InvariantCulture, $"attempt {next} begins at {start.AddMilliseconds(until):HH:mm:ss}");
        }

        return RunEvent.Text(item, "reason");
    }
}
