namespace LabRunner.Interop;

/// <summary>What happened in a run.</summary>
public enum LabEventKind
{
    /// <summary>Something that this version does not know.</summary>
    Unknown,

    /// <summary>More workers are needed.</summary>
    Demand,

    /// <summary>A line that a program wrote.</summary>
    Output,

    /// <summary>Something that the user should know of the run itself.</summary>
    Warning,

    /// <summary>An operation had succeeded in an earlier run, and counts as succeeded.</summary>
    Kept,

    /// <summary>An operation is up to date, and counts as succeeded.</summary>
    Current,

    /// <summary>An operation was checked, and has to run.</summary>
    Due,

    /// <summary>An operation began.</summary>
    Started,

    /// <summary>A service is ready.</summary>
    Serving,

    /// <summary>An operation was asked to stop.</summary>
    Stop,

    /// <summary>An attempt ended badly; another one may start after a pause.</summary>
    Retrying,

    /// <summary>An operation ended.</summary>
    Ended,

    /// <summary>An operation will never start.</summary>
    Skipped,

    /// <summary>What had succeeded is being undone.</summary>
    RollingBack,

    /// <summary>A check has come to be healthy or unhealthy, or something is done about it.</summary>
    Health,

    /// <summary>An operation asks for a restart of the machine.</summary>
    Restart,

    /// <summary>Nothing more is started until the run goes on.</summary>
    Suspended,

    /// <summary>The run goes on.</summary>
    Continued,

    /// <summary>The run is over.</summary>
    Finished,
}

/// <summary>Something that happened in a run, as the core tells it. Which members have a value depends on the kind.</summary>
public sealed class LabEvent
{
    /// <summary>The run's number.</summary>
    public ulong Run { get; set; }

    /// <summary>What happened.</summary>
    public LabEventKind Kind { get; set; }

    /// <summary>Milliseconds since the run's start.</summary>
    public long AtMs { get; set; }

    /// <summary>Which operation; -1 for the run itself.</summary>
    public int Operation { get; set; } = -1;

    /// <summary>Which attempt.</summary>
    public uint Attempt { get; set; }

    /// <summary>The worker that has it; none for programs.</summary>
    public uint? Worker { get; set; }

    /// <summary>How many workers the run should have in all.</summary>
    public int Workers { get; set; }

    /// <summary>How it ended.</summary>
    public string? Status { get; set; }

    /// <summary>Why a stop or a restart was asked for.</summary>
    public string? Reason { get; set; }

    /// <summary>Milliseconds that the attempt took.</summary>
    public double DurationMs { get; set; }

    /// <summary>The pause before the next attempt.</summary>
    public double DelayMs { get; set; }

    /// <summary>The exit code of its program.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Where a program wrote: <c>stdout</c> or <c>stderr</c>.</summary>
    public string? Stream { get; set; }

    /// <summary>What it wrote, without the line's end.</summary>
    public string? Line { get; set; }

    /// <summary>What a warning about the run itself says.</summary>
    public string? Message { get; set; }

    /// <summary>The run that a kept operation succeeded in.</summary>
    public string? From { get; set; }

    /// <summary>Whether an operation's test said that its work is done; none when it was not asked.</summary>
    public bool? Test { get; set; }

    /// <summary>Whether a kept operation was up to date in the earlier run.</summary>
    public bool UpToDate { get; set; }

    /// <summary>Why it did not end well.</summary>
    public LabErrorReport? Error { get; set; }

    /// <summary>What is done because a check is unhealthy.</summary>
    public string? Remedy { get; set; }

    /// <summary>Why that is not done after all.</summary>
    public string? Refused { get; set; }

    /// <summary>What a health check is called.</summary>
    public string? Check { get; set; }

    /// <summary>Why it never started.</summary>
    public LabScheduleSkip? Because { get; set; }
}

/// <summary>Why an operation did not end well.</summary>
public sealed class LabErrorReport
{
    /// <summary>The id that scripts match on.</summary>
    public string Id { get; set; } = "";

    /// <summary>The name of a PowerShell error category.</summary>
    public string Category { get; set; } = "";

    /// <summary>What happened.</summary>
    public string Message { get; set; } = "";

    /// <summary>The line of the script that failed, with a mark where it did.</summary>
    public string? Position { get; set; }

    /// <summary>The calls that led there.</summary>
    public string? Stack { get; set; }
}
