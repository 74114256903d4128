namespace LabRunner;

/// <summary>A past or running run in short.</summary>
public sealed class LabRunSummary
{
    /// <summary>The run's id.</summary>
    public string Run { get; internal init; } = "";

    /// <summary>Its name: the lab's.</summary>
    public string Name { get; internal init; } = "";

    /// <summary><c>Running</c>, <c>Suspended</c>, <c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, <c>Parked</c>, or <c>Unknown</c> when its process has gone without an end.</summary>
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
public sealed class LabStatus : LabTable
{
    /// <summary>The status of a lab that was never run.</summary>
    internal const string NotFound = "NotFound";

    internal LabStatus(string name, LabRunSummary[] runs, bool withHistory)
    {
        var last = runs.FirstOrDefault();
        this[nameof(Timestamp)] = DateTime.Now;
        this[nameof(Platform)] = LabRunner.ParallelSupport.PlatformName;
        this[nameof(LabName)] = last?.Name ?? name;
        this[nameof(Status)] = last?.Status ?? NotFound;
        this[nameof(LastRun)] = last;
        this[nameof(StartTime)] = last?.StartTime;
        this[nameof(EndTime)] = last?.EndTime;
        this[nameof(Duration)] = last?.Duration;
        this[nameof(Runs)] = runs.Length;
        if (withHistory)
        {
            this[nameof(History)] = runs;
        }
    }

    private LabStatus()
    {
    }

    /// <summary>When this was looked up.</summary>
    public DateTime? Timestamp => this[nameof(Timestamp)] as DateTime?;

    /// <summary><c>Windows</c>, <c>Linux</c>, <c>MacOS</c> or <c>Unknown</c>.</summary>
    public string? Platform => this[nameof(Platform)] as string;

    /// <summary>The lab's name.</summary>
    public string LabName => this[nameof(LabName)] as string ?? "";

    /// <summary>The status of its last run, or <c>NotFound</c> when none is known.</summary>
    public string Status => this[nameof(Status)] as string ?? NotFound;

    /// <summary>The last run.</summary>
    public LabRunSummary? LastRun => this[nameof(LastRun)] as LabRunSummary;

    /// <summary>When the last run started.</summary>
    public DateTime? StartTime => this[nameof(StartTime)] as DateTime?;

    /// <summary>When the last run ended.</summary>
    public DateTime? EndTime => this[nameof(EndTime)] as DateTime?;

    /// <summary>How long the last run took.</summary>
    public TimeSpan? Duration => this[nameof(Duration)] as TimeSpan?;

    /// <summary>How many runs are known.</summary>
    public int Runs => this[nameof(Runs)] as int? ?? 0;

    /// <summary>All runs that are known, the newest first; only with <c>-IncludeHistory</c>.</summary>
    public LabRunSummary[]? History => this[nameof(History)] as LabRunSummary[];

    /// <inheritdoc/>
    public override string ToString() => $"{LabName}: {Status}";

    /// <inheritdoc/>
    internal override LabTable Empty() => new LabStatus();
}

/// <summary>What is known of all labs, and of this machine.</summary>
public sealed class LabStatusReport : LabTable
{
    internal LabStatusReport(ParallelSupport support, LabConfigNode? configuration, LabStatus[] labs, bool detailed)
    {
        this[nameof(Timestamp)] = DateTime.Now;
        this[nameof(Platform)] = support.Platform;
        this[nameof(ConfigurationLoaded)] = configuration is not null;
        this[nameof(ParallelSupport)] = support.Supported;
        if (detailed)
        {
            this[nameof(ParallelSupportDetails)] = support;
            this[nameof(AvailableSteps)] = Steps(configuration);
            this[nameof(Configuration)] = configuration;
        }

        this[nameof(Labs)] = labs;
    }

    private LabStatusReport()
    {
    }

    /// <summary>When this was looked up.</summary>
    public DateTime? Timestamp => this[nameof(Timestamp)] as DateTime?;

    /// <summary><c>Windows</c>, <c>Linux</c>, <c>MacOS</c> or <c>Unknown</c>.</summary>
    public string? Platform => this[nameof(Platform)] as string;

    /// <summary>Whether the default configuration file is there and can be read.</summary>
    public bool ConfigurationLoaded => this[nameof(ConfigurationLoaded)] is true;

    /// <summary>Whether operations can run in parallel here.</summary>
    public bool ParallelSupport => this[nameof(ParallelSupport)] is true;

    /// <summary>The details of that; only with <c>-Detailed</c>.</summary>
    public ParallelSupport? ParallelSupportDetails => this[nameof(ParallelSupportDetails)] as ParallelSupport;

    /// <summary>The names of the operations of the default configuration; only with <c>-Detailed</c>.</summary>
    public string[]? AvailableSteps => this[nameof(AvailableSteps)] as string[];

    /// <summary>The default configuration; only with <c>-Detailed</c>, and where there is one.</summary>
    public LabConfigNode? Configuration => this[nameof(Configuration)] as LabConfigNode;

    /// <summary>Every lab that was run here, the last one first.</summary>
    public LabStatus[] Labs => this[nameof(Labs)] as LabStatus[] ?? [];

    /// <inheritdoc/>
    internal override LabTable Empty() => new LabStatusReport();

    private static string[] Steps(LabConfigNode? configuration) =>
        configuration?["operations"] is object?[] operations
            ? [.. operations.OfType<LabConfigNode>().Select(operation => operation["name"] as string).OfType<string>()]
            : [];
}
