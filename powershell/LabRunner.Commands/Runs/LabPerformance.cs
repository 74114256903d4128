using LabRunner.Runs;

namespace LabRunner;

/// <summary>How the recorded runs of a lab went.</summary>
public sealed class LabPerformance
{
    private const int Slowest = 5;

    /// <summary>The lab.</summary>
    public string LabName { get; private init; } = "";

    /// <summary>Its runs.</summary>
    public int Runs { get; private init; }

    /// <summary>Those that succeeded.</summary>
    public int Succeeded { get; private init; }

    /// <summary>The part of the ended ones that succeeded, 0 to 1; nothing without an ended one.</summary>
    public double? SuccessRate { get; private init; }

    /// <summary>How long the last ended run took.</summary>
    public TimeSpan? LastDuration { get; private init; }

    /// <summary>How long ended runs took on average.</summary>
    public TimeSpan? AverageDuration { get; private init; }

    /// <summary>How long the shortest ended run took.</summary>
    public TimeSpan? MinimumDuration { get; private init; }

    /// <summary>How long the longest ended run took.</summary>
    public TimeSpan? MaximumDuration { get; private init; }

    /// <summary>When the last run started.</summary>
    public DateTime? LastRun { get; private init; }

    /// <summary>How many operations ran at the same time, on average over the ended runs; null without a duration.</summary>
    public double? AverageConcurrency { get; private init; }

    /// <summary>That, by how many could have been, 0 to 1.</summary>
    public double? ParallelEfficiency { get; private init; }

    /// <summary>The operations that take the longest, the slowest first.</summary>
    public LabOperationPerformance[] SlowestOperations { get; private init; } = [];

    /// <summary>Sums up the runs of one lab, which are the newest first.</summary>
    internal static LabPerformance Of(string lab, IReadOnlyList<RunHistory> runs)
    {
        var ended = runs.Where(run => run.Summary.EndTime is not null).ToArray();
        var succeeded = ended.Count(run => run.Summary.Status == "Succeeded");
        var wall = ended.Sum(run => run.Summary.Duration.TotalMilliseconds);
        var room = ended.Sum(run => run.Summary.Duration.TotalMilliseconds * run.MaxConcurrency);
        var busy = ended.Sum(run => run.Operations.Sum(operation => (double)operation.BusyMs));
        return new LabPerformance
        {
            LabName = lab,
            Runs = runs.Count,
            Succeeded = succeeded,
            SuccessRate = ended.Length > 0 ? (double)succeeded / ended.Length : null,
            LastDuration = ended.FirstOrDefault()?.Summary.Duration,
            AverageDuration = ended.Length > 0 ? TimeSpan.FromMilliseconds(wall / ended.Length) : null,
            MinimumDuration = ended.Length > 0 ? ended.Min(run => run.Summary.Duration) : null,
            MaximumDuration = ended.Length > 0 ? ended.Max(run => run.Summary.Duration) : null,
            LastRun = runs.Count > 0 ? runs[0].Summary.StartTime : null,
            AverageConcurrency = wall > 0 ? Math.Round(busy / wall, 2) : null,
            ParallelEfficiency = room > 0 ? Math.Round(Math.Min(1, busy / room), 3) : null,
            SlowestOperations =
            [
                .. ended.SelectMany(run => run.Operations)
                    .Where(operation => operation.HasRun)
                    .GroupBy(operation => operation.Name, StringComparer.OrdinalIgnoreCase)
                    .Select(LabOperationPerformance.Of)
                    .OrderByDescending(operation => operation.AverageDuration)
                    .ThenBy(operation => operation.Name, StringComparer.OrdinalIgnoreCase)
                    .Take(Slowest),
            ],
        };
    }
}

/// <summary>How one operation went in the recorded runs of its lab.</summary>
public sealed class LabOperationPerformance
{
    /// <summary>Its name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>In how many runs it was started.</summary>
    public int Runs { get; private init; }

    /// <summary>The part of these runs in which it succeeded, 0 to 1.</summary>
    public double SuccessRate { get; private init; }

    /// <summary>How long it ran on average, all its attempts together.</summary>
    public TimeSpan AverageDuration { get; private init; }

    /// <summary>How long it ran at most.</summary>
    public TimeSpan MaximumDuration { get; private init; }

    /// <summary>How many attempts it took on average.</summary>
    public double AverageAttempts { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {LabDisplay.Duration(AverageDuration)}";

    internal static LabOperationPerformance Of(IGrouping<string, OperationHistory> runs)
    {
        var count = runs.Count();
        return new LabOperationPerformance
        {
            Name = runs.Key,
            Runs = count,
            SuccessRate = (double)runs.Count(run => run.State == "Succeeded") / count,
            AverageDuration = TimeSpan.FromMilliseconds(runs.Average(run => (double)run.BusyMs)),
            MaximumDuration = TimeSpan.FromMilliseconds(runs.Max(run => run.BusyMs)),
            AverageAttempts = Math.Round(runs.Average(run => (double)run.Attempt), 2),
        };
    }
}
