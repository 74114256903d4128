namespace LabRunner;

/// <summary>A past or running run in short.</summary>
public sealed class LabRunSummary
{
    /// <summary>The run's id.</summary>
    public string Run { get; internal init; } = "";

    /// <summary>Its name: the lab's.</summary>
    public string Name { get; internal init; } = "";

    /// <summary><c>Running</c>, <c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, or <c>Unknown</c> when its process has gone without an end.</summary>
    public string Status { get; internal init; } = "";

    /// <summary>When it started, in local time.</summary>
    public DateTime? StartTime { get; internal init; }

    /// <summary>When it ended, in local time.</summary>
    public DateTime? EndTime { get; internal init; }

    /// <summary>From its start to its end, or to the last that is known of it.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>The number of its operations by status.</summary>
    public LabConfigNode Counts { get; internal init; } = [];

    /// <summary>The folder of its files.</summary>
    public string? Directory { get; internal init; }

    /// <summary>The lab file it came from.</summary>
    public string? Source { get; internal init; }
}

/// <summary>What is known of one lab: its last run, and those before it.</summary>
public sealed class LabStatus
{
    /// <summary>The status of a lab that was never run.</summary>
    internal const string NotFound = "NotFound";

    /// <summary>When this was looked up.</summary>
    public DateTime Timestamp { get; internal init; } = DateTime.Now;

    /// <summary>The lab's name.</summary>
    public string LabName { get; internal init; } = "";

    /// <summary>The status of its last run, or <c>NotFound</c> when none is known.</summary>
    public string Status { get; internal init; } = NotFound;

    /// <summary>The last run.</summary>
    public LabRunSummary? LastRun { get; internal init; }

    /// <summary>When the last run started.</summary>
    public DateTime? StartTime => LastRun?.StartTime;

    /// <summary>When the last run ended.</summary>
    public DateTime? EndTime => LastRun?.EndTime;

    /// <summary>How long the last run took.</summary>
    public TimeSpan? Duration => LastRun?.Duration;

    /// <summary>How many runs are known.</summary>
    public int Runs { get; internal init; }

    /// <summary>All runs that are known, the newest first; only with <c>-IncludeHistory</c>.</summary>
    public LabRunSummary[]? History { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => $"{LabName}: {Status}";
}

/// <summary>What is known of all labs, and of this machine.</summary>
public sealed class LabStatusReport
{
    /// <summary>When this was looked up.</summary>
    public DateTime Timestamp { get; internal init; } = DateTime.Now;

    /// <summary><c>Windows</c>, <c>Linux</c>, <c>MacOS</c> or <c>Unknown</c>.</summary>
    public string Platform { get; internal init; } = "";

    /// <summary>Whether the default configuration file is there and can be read.</summary>
    public bool ConfigurationLoaded { get; internal init; }

    /// <summary>Whether operations can run in parallel here.</summary>
    public bool ParallelSupport { get; internal init; }

    /// <summary>The details of that; only with <c>-Detailed</c>.</summary>
    public ParallelSupport? ParallelSupportDetails { get; internal init; }

    /// <summary>The names of the operations of the default configuration; only with <c>-Detailed</c>.</summary>
    public string[]? AvailableSteps { get; internal init; }

    /// <summary>The default configuration; only with <c>-Detailed</c>, and where there is one.</summary>
    public LabConfigNode? Configuration { get; internal init; }

    /// <summary>Every lab that was run here, the last one first.</summary>
    public LabStatus[] Labs { get; internal init; } = [];
}
