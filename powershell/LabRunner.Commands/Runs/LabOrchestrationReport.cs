using LabRunner.Interop;
using LabRunner.Plans;

namespace LabRunner;

/// <summary>The outcome of a lab: its summary, figures, results and plan, and what to do next.</summary>
public sealed class LabOrchestrationReport
{
    /// <summary>The lab's name.</summary>
    public string Name => Summary.Name;

    /// <summary><c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, <c>Parked</c>, <c>Undone</c>, <c>PartiallyUndone</c> or <c>DryRun</c>.</summary>
    public string Status => Summary.Status;

    /// <summary>Whether everything succeeded; a dry run succeeds when the lab could be planned.</summary>
    public bool Success => Summary.Success;

    /// <summary>The lab file.</summary>
    public string Configuration => Summary.Configuration;

    /// <summary>How ready operations were ranked.</summary>
    public string Mode => Summary.Mode;

    /// <summary>When it started, in local time.</summary>
    public DateTime StartTime => Summary.StartTime;

    /// <summary>When it ended, in local time.</summary>
    public DateTime EndTime => Summary.EndTime;

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => Summary.Duration;

    /// <summary>How many operations the lab has.</summary>
    public int Operations => Metrics.TotalOperations;

    /// <summary>The run's id; null for a dry run.</summary>
    public string? RunId => Summary.RunId;

    /// <summary>The folder that has the run's files; null for a dry run.</summary>
    public string? RunDirectory => Summary.RunDirectory;

    /// <summary>The outcome in short.</summary>
    public LabOrchestrationSummary Summary { get; internal init; } = new();

    /// <summary>One result an operation, as the lab declares them; empty for a dry run.</summary>
    public LabOperationResult[] Results { get; internal init; } = [];

    /// <summary>The figures of the run.</summary>
    public LabOrchestrationMetrics Metrics { get; internal init; } = new();

    /// <summary>What the health checks have come to; null where nothing was watched.</summary>
    public LabRunHealth? Health { get; internal init; }

    /// <summary>The order that operations start in.</summary>
    public LabExecutionPlan ExecutionPlan { get; internal init; } = new();

    /// <summary>The results of the operations below <c>validation</c>.</summary>
    public LabOperationResult[] ValidationResults { get; internal init; } = [];

    /// <summary>One result an operation that was to be undone: whether that succeeded.</summary>
    public LabOperationResult[] Rollback { get; internal init; } = [];

    /// <summary>How well the run went, how it compares with earlier ones, and what would have made it shorter; null unless -PerformanceAnalytics asks for it.</summary>
    public LabRunPerformance? Performance { get; internal init; }

    /// <summary>What to do about what did not go well, and with -PerformanceAnalytics what would have made the run shorter.</summary>
    public string[] Recommendations { get; internal init; } = [];

    /// <summary>Why the lab did not succeed, as text.</summary>
    public string? Error { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Status}";
}

/// <summary>The outcome of a lab in short.</summary>
public sealed class LabOrchestrationSummary
{
    /// <summary>The status of a lab that cannot be run.</summary>
    internal const string Invalid = "Invalid";

    /// <summary>Whether everything succeeded; a dry run succeeds when the lab could be planned.</summary>
    public bool Success { get; internal init; }

    /// <summary><c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, <c>Parked</c>, <c>Undone</c>, <c>PartiallyUndone</c>, <c>DryRun</c>, or <c>Invalid</c> when the lab cannot be run.</summary>
    public string Status { get; internal init; } = "";

    /// <summary>The lab's name.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>The lab file.</summary>
    public string Configuration { get; internal init; } = "";

    /// <summary>How ready operations were ranked.</summary>
    public string Mode { get; internal init; } = "";

    /// <summary>When it started, in local time.</summary>
    public DateTime StartTime { get; internal init; }

    /// <summary>When it ended.</summary>
    public DateTime EndTime { get; internal init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => EndTime - StartTime;

    /// <summary>Whether it was planned only.</summary>
    public bool DryRun { get; internal init; }

    /// <summary>The run's id.</summary>
    public string? RunId { get; internal init; }

    /// <summary>The folder that has the run's files.</summary>
    public string? RunDirectory { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Status}, {LabDisplay.Duration(Duration)}";
}

/// <summary>The figures of a lab.</summary>
public sealed class LabOrchestrationMetrics
{
    /// <summary>How many operations the lab has.</summary>
    public int TotalOperations { get; internal init; }

    /// <summary>How many succeeded.</summary>
    public int Succeeded { get; internal init; }

    /// <summary>How many of these were up to date, and did not have to run.</summary>
    public int UpToDate { get; internal init; }

    /// <summary>How many failed, were stopped or abandoned.</summary>
    public int Failed { get; internal init; }

    /// <summary>How many never started.</summary>
    public int Skipped { get; internal init; }

    /// <summary>The greatest number that ran at the same time.</summary>
    public int PeakConcurrency { get; internal init; }

    /// <summary>The sum of the operations' durations.</summary>
    public TimeSpan BusyTime { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => $"{LabDisplay.Count(TotalOperations, "operation")}: {Succeeded} succeeded{(UpToDate > 0 ? $" ({UpToDate} up to date)" : "")}, {Failed} failed, {Skipped} skipped";
}

/// <summary>The plan of a lab.</summary>
public sealed class LabExecutionPlan
{
    /// <summary>The name of the lab, or of the run.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>The lab file.</summary>
    public string? Source { get; internal init; }

    /// <summary>The environment it is for.</summary>
    public string? Environment { get; internal init; }

    /// <summary>How ready operations are ranked.</summary>
    public string Mode { get; internal init; } = "";

    /// <summary>The warnings of the plan.</summary>
    internal IReadOnlyList<LabFinding> Findings { get; init; } = [];

    /// <summary>How many operations may run at the same time.</summary>
    public int MaxConcurrency { get; internal init; }

    /// <summary>The operations in the order they would start in, one at a time.</summary>
    public LabPlannedOperation[] Operations { get; internal init; } = [];

    /// <summary>Names by their distance from the start.</summary>
    public string[][] Levels { get; internal init; } = [];

    /// <summary>Names along one longest path.</summary>
    public string[] CriticalPath { get; internal init; } = [];

    /// <summary>When everything is expected to start and end, and how full every resource is expected to be.</summary>
    public LabSchedule? Schedule { get; internal init; }

    /// <summary>The operations that will not run, and why.</summary>
    public LabSkippedOperation[] Skipped { get; internal init; } = [];

    /// <summary>How long the whole is expected to take.</summary>
    public TimeSpan? Makespan => Schedule?.Makespan;

    /// <summary>The most that is expected to be in use of each resource: slots, and what the lab limits.</summary>
    public LabScheduledResource[] Resources => Schedule?.Resources ?? [];

    /// <summary>The plan as a table.</summary>
    public override string ToString() => PlanTable.Of(this);
}

/// <summary>One operation of a plan.</summary>
public sealed class LabPlannedOperation
{
    /// <summary>How many operations lie before it on the longest path to it.</summary>
    public int Level { get; internal init; }

    /// <summary>Its name.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Its second name, when it has one.</summary>
    public string? Id { get; internal init; }

    /// <summary>What it was declared as, by key; for comparisons.</summary>
    internal IReadOnlyDictionary<string, string> Definition { get; init; } = new Dictionary<string, string>();

    /// <summary>Its type.</summary>
    public string? Type { get; internal init; }

    /// <summary>What it is: <c>script</c>, <c>process</c> or <c>stop</c>.</summary>
    public string Work { get; internal init; } = "";

    /// <summary>What it waits for.</summary>
    public string[] Dependencies { get; internal init; } = [];

    /// <summary>1 (first) to 10 (last).</summary>
    public int Priority { get; internal init; }

    /// <summary>Whether it is on the critical path.</summary>
    public bool Critical { get; internal init; }

    /// <summary>Its own limit.</summary>
    public TimeSpan? Timeout { get; internal init; }

    /// <summary>When it is expected to start, from the start of the run; nothing when it will be skipped.</summary>
    public TimeSpan? Start { get; internal init; }

    /// <summary>When it is expected to end.</summary>
    public TimeSpan? End { get; internal init; }

    /// <summary>How much later it may start without a later end of the whole.</summary>
    public TimeSpan? Slack { get; internal init; }

    /// <summary>How long it is expected to take.</summary>
    public TimeSpan? Estimate { get; internal init; }

    /// <summary>How that is known: <c>declared</c>, <c>history</c> or <c>unit</c>.</summary>
    public string? EstimateSource { get; internal init; }

    /// <summary>Whether it is expected to run: <c>yes</c>, <c>no</c> when it is up to date, or <c>test</c> when its test decides.</summary>
    public string Run { get; internal init; } = "yes";

    /// <summary>Why.</summary>
    public string? Why { get; internal init; }

    /// <summary>Why it will not start although nothing fails.</summary>
    public string? SkippedBecause { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
