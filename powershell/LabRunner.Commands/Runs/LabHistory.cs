using System.Globalization;
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
        var query = new HistoryQuery { Name = name, Directory = RunFolders.Root, Running = running, Named = name is null && !running, Operations = true };
        return [.. LabCore.History(query).Select(run => RunHistory.Of(Summary(run), run))];
    }

    /// <summary>The recorded runs, the newest first.</summary>
    /// <param name="name">Only those of this lab.</param>
    /// <param name="named">Only those that somebody gave a name, as every lab has one.</param>
    internal static LabRunSummary[] Runs(string? name, bool named = true)
    {
        var query = new HistoryQuery { Name = name, Directory = RunFolders.Root, Named = named && name is null };
        return [.. LabCore.History(query).Select(Summary)];
    }

    /// <summary>The number of a run's operations by status, as a script sees it.</summary>
    internal static LabConfigNode Counts(RecordedRun run)
    {
        var counts = new LabConfigNode();
        foreach (var (status, count) in run.Counts)
        {
            counts[status] = count;
        }

        return counts;
    }

    /// <summary>A time of the core's, in local time.</summary>
    internal static DateTime? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.LocalDateTime : null;

    private static LabRunSummary Summary(RecordedRun run) => new()
    {
        Run = run.Run,
        Name = run.Name,
        Status = run.Status,
        StartTime = Time(run.StartedAt),
        EndTime = Time(run.EndedAt),
        Duration = TimeSpan.FromMilliseconds(run.DurationMs),
        Counts = Counts(run),
        Directory = run.Directory,
        Source = run.Source,
    };
}
