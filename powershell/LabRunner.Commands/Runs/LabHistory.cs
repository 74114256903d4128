using System.Globalization;
using System.Text.Json;
using LabRunner.Interop;
using LabRunner.Labs;

namespace LabRunner.Runs;

/// <summary>Past and running runs, by lab.</summary>
internal static class LabHistory
{
    /// <summary>Every lab that was run, the last one first.</summary>
    internal static LabStatus[] Labs(bool withHistory) =>
        [.. Runs(null).GroupBy(run => run.Name, StringComparer.OrdinalIgnoreCase).Select(runs => new LabStatus(runs.Key, [.. runs], withHistory))];

    /// <summary>One lab, be it known or not.</summary>
    internal static LabStatus Lab(string name, bool withHistory) => new(name, Runs(name), withHistory);

    /// <summary>The recorded runs with their operations, the newest first.</summary>
    /// <param name="name">Only those of this lab.</param>
    /// <param name="running">Only those under way, of whatever process.</param>
    internal static RunHistory[] WithOperations(string? name, bool running = false)
    {
        var query = JsonSerializer.SerializeToUtf8Bytes(new { name, directory = RunFolders.Root, running, named = name is null && !running, operations = true });
        using var document = ConfigValues.Parse(LabCore.History(query));
        return [.. document.RootElement.EnumerateArray().Select(run => RunHistory.Of(Summary(run), run))];
    }

    /// <summary>The recorded runs, the newest first.</summary>
    /// <param name="name">Only those of this lab.</param>
    /// <param name="named">Only those that somebody gave a name, as every lab has one.</param>
    internal static LabRunSummary[] Runs(string? name, bool named = true)
    {
        var query = JsonSerializer.SerializeToUtf8Bytes(new { name, directory = RunFolders.Root, named = named && name is null });
        using var document = ConfigValues.Parse(LabCore.History(query));
        return [.. document.RootElement.EnumerateArray().Select(Summary)];
    }

    private static LabRunSummary Summary(JsonElement run) => new()
    {
        Run = Text(run, "run") ?? "",
        Name = Text(run, "name") ?? "",
        Status = Text(run, "status") ?? "",
        StartTime = Time(run, "started_at"),
        EndTime = Time(run, "ended_at"),
        Duration = TimeSpan.FromMilliseconds(run.TryGetProperty("duration_ms", out var duration) ? duration.GetDouble() : 0),
        Counts = run.TryGetProperty("counts", out var counts) ? ConfigValues.Mapping(counts) : [],
        Directory = Text(run, "directory"),
        Source = Text(run, "source"),
    };

    private static string? Text(JsonElement run, string name) =>
        run.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A time of the core's, in local time.</summary>
    internal static DateTime? Time(JsonElement run, string name) =>
        DateTimeOffset.TryParse(Text(run, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.LocalDateTime : null;
}
