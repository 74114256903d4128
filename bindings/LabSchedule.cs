using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>How a forecast is made.</summary>
/// <param name="MaxConcurrency">Operations that may run at the same time; 1 or more.</param>
/// <param name="Schedule"><c>expected</c>: the run as the scheduler will do it; <c>shortest</c>: the shortest that was found.</param>
/// <param name="Tries">The most schedules that the search builds.</param>
/// <param name="BudgetMilliseconds">How long to search; no limit but the tries when null.</param>
/// <param name="Seed">The same seed gives the same schedule, unless the budget ends the search before.</param>
/// <param name="Threads">Threads to search with; 0 for as many as the machine has.</param>
public sealed record LabScheduleOptions(
    int MaxConcurrency,
    string Schedule = "expected",
    int Tries = 1_000,
    [property: JsonPropertyName("budget_ms")] int? BudgetMilliseconds = 1_000,
    ulong Seed = 0,
    int Threads = 0);

/// <summary>What will happen if the estimates hold. Times count from the start of the run.</summary>
public sealed class LabSchedule
{
    /// <summary>Which schedule is shown: <c>expected</c> or <c>shortest</c>.</summary>
    public string Schedule { get; init; } = "";

    /// <summary>When the last operation of the schedule shown has ended.</summary>
    [JsonPropertyName("makespan_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Makespan { get; init; }

    /// <summary>The same of the run as the scheduler will do it.</summary>
    [JsonPropertyName("expected_makespan_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan ExpectedMakespan { get; init; }

    /// <summary>The shortest that was found; null when a service keeps resources beyond its own end.</summary>
    [JsonPropertyName("shortest_makespan_ms")]
    [JsonConverter(typeof(OptionalMillisecondsConverter))]
    public TimeSpan? ShortestMakespan { get; init; }

    /// <summary>No schedule can be shorter: the longest path, or the work of the busiest resource.</summary>
    [JsonPropertyName("lower_bound_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan LowerBound { get; init; }

    /// <summary>Whether the schedule shown reaches that bound.</summary>
    public bool IsOptimal { get; init; }

    /// <summary>Names along the longest path; dependencies only.</summary>
    public string[] CriticalPath { get; init; } = [];

    /// <summary>What decides the makespan: each starts when the one before it ends, because it waits for it or for something it held.</summary>
    public string[] CriticalChain { get; init; } = [];

    /// <summary>One entry for each operation, in declared order.</summary>
    public LabScheduledOperation[] Operations { get; init; } = [];

    /// <summary>The slots, and then every resource of the plan.</summary>
    public LabScheduledResource[] Resources { get; init; } = [];

    /// <summary>How many operations' estimates are known in which way.</summary>
    public LabEstimateKnowledge Estimates { get; init; } = new();

    /// <summary>Schedules that were built in the search.</summary>
    public long SchedulesTried { get; init; }

    /// <summary>Whether the search was ended by its budget.</summary>
    public bool IsHalted { get; init; }

    internal static LabSchedule Parse(byte[] document) =>
        JsonSerializer.Deserialize(document, CoreJson.Default.LabSchedule) ?? throw new InvalidOperationException("The core gave an empty schedule.");
}

/// <summary>One operation of a schedule.</summary>
public sealed class LabScheduledOperation
{
    /// <summary>Place in the plan, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>When it starts; null when it is skipped.</summary>
    [JsonPropertyName("start_ms")]
    [JsonConverter(typeof(OptionalMillisecondsConverter))]
    public TimeSpan? Start { get; init; }

    /// <summary>When it ends; a service is ready then, a monitor ends with the run.</summary>
    [JsonPropertyName("end_ms")]
    [JsonConverter(typeof(OptionalMillisecondsConverter))]
    public TimeSpan? End { get; init; }

    /// <summary>How much later it may start without a later end of the whole, resources counted.</summary>
    [JsonPropertyName("slack_ms")]
    [JsonConverter(typeof(OptionalMillisecondsConverter))]
    public TimeSpan? Slack { get; init; }

    /// <summary>Whether it has no slack.</summary>
    public bool Critical { get; init; }

    /// <summary>How many operations lie before it on the longest path to it.</summary>
    public int Level { get; init; }

    /// <summary>How long it is expected to take, and how that is known.</summary>
    public LabEstimate Estimate { get; init; } = new();

    /// <summary>Why it will not start although nothing fails.</summary>
    public LabScheduleSkip? SkippedBecause { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>How long an operation is expected to take.</summary>
public sealed class LabEstimate
{
    /// <summary>How long; a service takes so long to become ready.</summary>
    [JsonPropertyName("ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary><c>declared</c>, <c>history</c> (earlier runs), or <c>unit</c> (nothing is known).</summary>
    public string Source { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"{Duration} ({Source})";
}

/// <summary>Why an operation will not start although nothing fails.</summary>
/// <param name="Kind">Such as <c>not-triggered</c>.</param>
/// <param name="Operation">The operation that is to blame.</param>
/// <param name="Message">One sentence.</param>
public sealed record LabScheduleSkip(
    string Kind,
    string? Operation,
    string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Message;
}

/// <summary>The use of one resource over time.</summary>
public sealed class LabScheduledResource
{
    /// <summary><c>slots</c>, <c>memory</c>, <c>cpu</c>, <c>network</c>, <c>disk</c>, <c>pool</c>, <c>lock</c> or <c>conflict</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The name of the pool or lock, the members of a conflict; else as its kind.</summary>
    public string Name { get; init; } = "";

    /// <summary>How much there is.</summary>
    public long Capacity { get; init; }

    /// <summary>The most that is in use at once.</summary>
    public long Peak { get; init; }

    /// <summary>From each moment until the next one so much is in use.</summary>
    [JsonConverter(typeof(StepsConverter))]
    public LabResourceStep[] Steps { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Peak} of {Capacity}";
}

/// <summary>One step of a resource's use.</summary>
/// <param name="From">The moment it begins.</param>
/// <param name="Used">How much is in use from then on.</param>
public readonly record struct LabResourceStep(TimeSpan From, long Used);

/// <summary>How the estimates of a schedule are known.</summary>
public sealed class LabEstimateKnowledge
{
    /// <summary>Operations that say so themselves.</summary>
    public int Declared { get; init; }

    /// <summary>Operations that took so long in earlier runs.</summary>
    public int History { get; init; }

    /// <summary>Operations of which nothing is known.</summary>
    public int Unit { get; init; }

    /// <summary>What stands for those.</summary>
    [JsonPropertyName("unit_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan UnitDuration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Declared} declared, {History} from history, {Unit} unknown";
}
