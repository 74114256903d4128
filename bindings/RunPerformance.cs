using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>The performance of one run. Shares are percent of the whole run's time, unless something else is said.</summary>
public sealed class RunPerformance
{
    /// <summary>The figures in whole sentences.</summary>
    public string Summary { get; init; } = "";

    /// <summary>From the run's start to its end, without the time in which it was suspended.</summary>
    [JsonPropertyName("duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary>The number of operations that ran at the same time, on average.</summary>
    public double AverageConcurrency { get; init; }

    /// <summary>The same in percent of all slots.</summary>
    public double ParallelEfficiencyPercent { get; init; }

    /// <summary>The longest chain of dependencies, as long as its operations ran.</summary>
    [JsonPropertyName("longest_chain_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan LongestChain { get; init; }

    /// <summary>With these slots no order makes the run shorter.</summary>
    [JsonPropertyName("lower_bound_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan LowerBound { get; init; }

    /// <summary>The part of the time in which an attempt of the critical path ran.</summary>
    public double CriticalSharePercent { get; init; }

    /// <summary>What operations waited for, by cause; the longest first.</summary>
    public LabWaitTotal[] Waits { get; init; } = [];

    /// <summary>What attempts have cost that another one followed; null where there are none.</summary>
    public LabRetryCost? Retries { get; init; }

    /// <summary>The operations that ran longest.</summary>
    public LabSlowOperation[] Slowest { get; init; } = [];

    /// <summary>How the run compares with earlier ones of its lab; null where there are none.</summary>
    public LabRunComparison? Past { get; init; }

    /// <summary>How what was expected compares with what was.</summary>
    public LabPrediction? Prediction { get; init; }

    /// <summary>What would have made the run shorter, the greatest gain first.</summary>
    public LabRecommendation[] Recommendations { get; init; } = [];

    /// <summary>Why there are no recommendations, where the run could not be rehearsed.</summary>
    public string? NotRehearsed { get; init; }
}

/// <summary>All waits of one cause.</summary>
public sealed class LabWaitTotal
{
    /// <summary><c>retry</c>, <c>check</c>, <c>suspended</c>, <c>slot</c>, <c>resource</c>, <c>lock</c> or <c>other</c>.</summary>
    public string Cause { get; init; } = "";

    /// <summary>Of all attempts together.</summary>
    [JsonPropertyName("ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary>The number of attempts that waited.</summary>
    public int Attempts { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Cause}: {Duration}";
}

/// <summary>What attempts have cost that another one followed.</summary>
public sealed class LabRetryCost
{
    /// <summary>Their number.</summary>
    public int Attempts { get; init; }

    /// <summary>How long they ran.</summary>
    [JsonPropertyName("ran_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Ran { get; init; }

    /// <summary>How long the pauses after them were.</summary>
    [JsonPropertyName("paused_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Paused { get; init; }
}

/// <summary>An operation that ran long.</summary>
public sealed class LabSlowOperation
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>How long its attempts ran.</summary>
    [JsonPropertyName("busy_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Busy { get; init; }

    /// <summary>That in percent of the run's time.</summary>
    public double SharePercent { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>Whether it is on the critical path.</summary>
    public bool Critical { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Busy}";
}

/// <summary>How a run compares with earlier ones of its lab.</summary>
public sealed class LabRunComparison
{
    /// <summary>Earlier runs that were looked at.</summary>
    public int Runs { get; init; }

    /// <summary>The median of how long those took that succeeded.</summary>
    [JsonPropertyName("median_ms")]
    [JsonConverter(typeof(OptionalMillisecondsConverter))]
    public TimeSpan? Median { get; init; }

    /// <summary>How much longer this run took, in percent of the median.</summary>
    public double? ChangePercent { get; init; }

    /// <summary>Operations that took longer than in every earlier run that was looked at.</summary>
    public LabRegression[] Regressions { get; init; } = [];

    /// <summary>Operations whose durations vary much.</summary>
    public LabUnsteadyOperation[] Unsteady { get; init; } = [];
}

/// <summary>An operation that took longer than ever before.</summary>
public sealed class LabRegression
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>How long its last attempt took.</summary>
    [JsonPropertyName("took_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Took { get; init; }

    /// <summary>The median of the earlier runs.</summary>
    [JsonPropertyName("median_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Median { get; init; }

    /// <summary>The longest of the earlier runs.</summary>
    [JsonPropertyName("longest_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Longest { get; init; }

    /// <summary>The earlier runs in which it succeeded.</summary>
    public int Runs { get; init; }

    /// <summary>Whether it is on the critical path.</summary>
    public bool Critical { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Took}, median {Median}";
}

/// <summary>An operation whose durations vary much.</summary>
public sealed class LabUnsteadyOperation
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The shortest duration of all runs, this one included.</summary>
    [JsonPropertyName("shortest_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Shortest { get; init; }

    /// <summary>The longest one.</summary>
    [JsonPropertyName("longest_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Longest { get; init; }

    /// <summary>Their mean.</summary>
    [JsonPropertyName("mean_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Mean { get; init; }

    /// <summary>Their standard deviation, in percent of the mean.</summary>
    public double DeviationPercent { get; init; }

    /// <summary>Runs in which it succeeded, this one included.</summary>
    public int Runs { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Shortest} to {Longest}";
}

/// <summary>How what was expected compares with what was.</summary>
public sealed class LabPrediction
{
    /// <summary>How long the run takes when every estimate holds.</summary>
    [JsonPropertyName("predicted_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Predicted { get; init; }

    /// <summary>How much longer it took, in percent of that.</summary>
    public double ChangePercent { get; init; }

    /// <summary>Operations with an estimate that succeeded.</summary>
    public int Operations { get; init; }

    /// <summary>The median of how far these were from their estimate, in percent of the estimate.</summary>
    public double MedianErrorPercent { get; init; }

    /// <summary>Those that were farthest from it.</summary>
    public LabMissedEstimate[] Farthest { get; init; } = [];
}

/// <summary>An operation that did not take as long as expected.</summary>
public sealed class LabMissedEstimate
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>How long it was expected to take.</summary>
    [JsonPropertyName("predicted_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Predicted { get; init; }

    /// <summary>How long it took.</summary>
    [JsonPropertyName("took_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Took { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Took}, expected {Predicted}";
}

/// <summary>Something that would have made a run shorter, as a rehearsal of the run with that one change shows.</summary>
public sealed class LabRecommendation
{
    /// <summary>What is to be changed: <c>max-concurrency</c>, <c>pool</c>, <c>limit</c>, <c>lock</c>, <c>order</c>, <c>estimates</c>, <c>retries</c>, <c>backoff</c> or <c>duration</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The pool, lock or operation that it is about.</summary>
    public string? On { get; init; }

    /// <summary>The number that it was.</summary>
    public long? From { get; init; }

    /// <summary>The number to make it.</summary>
    public long? To { get; init; }

    /// <summary>What to do and what it would have gained, with the figures that it follows from.</summary>
    public string Message { get; init; } = "";

    /// <summary>How much shorter the run would have been.</summary>
    [JsonPropertyName("gain_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Gain { get; init; }

    /// <summary>That in percent of the rehearsed run.</summary>
    public double GainPercent { get; init; }

    /// <summary>How long the rehearsed run takes with the change.</summary>
    [JsonPropertyName("with_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan With { get; init; }

    /// <summary>How long it takes without it.</summary>
    [JsonPropertyName("without_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Without { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
