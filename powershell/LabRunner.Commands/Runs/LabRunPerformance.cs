using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>How well one run went, how it compares with earlier runs of its lab, and what would have made it shorter.</summary>
public sealed class LabRunPerformance
{
    /// <summary>The run's id.</summary>
    public string Id { get; private init; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The figures in whole sentences.</summary>
    public string Summary { get; private init; } = "";

    /// <summary>How long it took, without the time in which it was suspended.</summary>
    public TimeSpan Duration { get; private init; }

    /// <summary>How many operations ran at the same time, on average.</summary>
    public double AverageConcurrency { get; private init; }

    /// <summary>That, by how many could have been, 0 to 1.</summary>
    public double ParallelEfficiency { get; private init; }

    /// <summary>The part of the time in which an attempt of the critical path ran, 0 to 1.</summary>
    public double CriticalShare { get; private init; }

    /// <summary>The longest chain of dependencies, as long as its operations ran.</summary>
    public TimeSpan LongestChain { get; private init; }

    /// <summary>With these slots no order takes less.</summary>
    public TimeSpan LowerBound { get; private init; }

    /// <summary>What operations waited for, by cause; the longest first.</summary>
    public LabWaitTotal[] Waits { get; private init; } = [];

    /// <summary>What attempts have cost that another one followed; null where there are none.</summary>
    public LabRetryCost? Retries { get; private init; }

    /// <summary>The operations that ran longest.</summary>
    public LabSlowOperation[] SlowestOperations { get; private init; } = [];

    /// <summary>Operations that took longer than in every earlier run that was looked at; the greatest loss first.</summary>
    public LabRegression[] Regressions { get; private init; } = [];

    /// <summary>Operations whose durations vary much.</summary>
    public LabUnsteadyOperation[] UnsteadyOperations { get; private init; } = [];

    /// <summary>How the run compares with earlier ones of its lab; null where there are none.</summary>
    public LabRunComparison? Past { get; private init; }

    /// <summary>How what was expected compares with what was; null where nothing was expected.</summary>
    public LabPrediction? Prediction { get; private init; }

    /// <summary>What would have made the run shorter, the greatest gain first; each was tried in a rehearsal of the run.</summary>
    public LabRecommendation[] Recommendations { get; private init; } = [];

    /// <summary>Why there are no recommendations, where the run could not be rehearsed.</summary>
    public string? NotRehearsed { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Summary}";

    /// <summary>That of the run in a folder or an archive.</summary>
    internal static LabRunPerformance Read(string place)
    {
        var (run, read) = (LabCore.Record(place), LabCore.Performance(place));
        return new LabRunPerformance
        {
            Id = run.Run,
            Name = run.Name,
            Summary = read.Summary,
            Duration = read.Duration,
            AverageConcurrency = read.AverageConcurrency,
            ParallelEfficiency = Part(read.ParallelEfficiencyPercent),
            CriticalShare = Part(read.CriticalSharePercent),
            LongestChain = read.LongestChain,
            LowerBound = read.LowerBound,
            Waits = read.Waits,
            Retries = read.Retries,
            SlowestOperations = read.Slowest,
            Regressions = read.Past?.Regressions ?? [],
            UnsteadyOperations = read.Past?.Unsteady ?? [],
            Past = read.Past,
            Prediction = read.Prediction,
            Recommendations = read.Recommendations,
            NotRehearsed = read.NotRehearsed,
        };
    }

    /// <summary>That of a run that has just ended, told as it goes; what cannot be read is said once, and the run is what it is.</summary>
    internal static LabRunPerformance? Tell(RunOutcome outcome, Action<string> note, Action<string> warn)
    {
        if (outcome.Directory is not { } folder)
        {
            warn("There is no analysis of this run: it has no record to make one from.");
            return null;
        }

        try
        {
            var performance = Read(folder);
            note($"Performance: {performance.Summary}");
            foreach (var recommendation in performance.Recommendations)
            {
                note($"Recommendation: {recommendation.Message}");
            }

            if (performance.NotRehearsed is { } why)
            {
                note(why);
            }

            return performance;
        }
        catch (LabCoreException fault)
        {
            warn(LabRunnerError.Core(fault).Message);
            return null;
        }
    }

    private static double Part(double percent) => Math.Round(percent / 100, 3);
}
