namespace LabRunner.Interop;

/// <summary>What is known of a run; complete once it is over.</summary>
public sealed class RunResult
{
    /// <summary>Its id.</summary>
    public string Run { get; set; } = "";

    /// <summary>The folder that has its files.</summary>
    public string? Directory { get; set; }

    /// <summary>The lab file it came from.</summary>
    public string? Source { get; set; }

    /// <summary>Figures of the whole run.</summary>
    public RunMetrics Metrics { get; set; } = new();

    /// <summary>The defect of the core that ended it, if one did.</summary>
    public string? Defect { get; set; }

    /// <summary>One entry for each operation, as declared.</summary>
    public OperationOutcome[] Operations { get; set; } = [];

    /// <summary>One entry for each compensation that was needed.</summary>
    public OperationOutcome[] Rollback { get; set; } = [];

    /// <summary>How what is watched of the run as a whole stands.</summary>
    public RecordedCheck[] Health { get; set; } = [];
}

/// <summary>Figures of a run.</summary>
public sealed class RunMetrics
{
    /// <summary>The greatest number of operations that ran at the same time.</summary>
    public int PeakConcurrency { get; set; }

    /// <summary>Milliseconds that operations ran, all of them together.</summary>
    public double BusyMs { get; set; }
}

/// <summary>How one operation of a run ended.</summary>
public sealed class OperationOutcome
{
    /// <summary>Place in the plan, from 0.</summary>
    public int Index { get; set; } = -1;

    /// <summary>How it ended; null while it has not.</summary>
    public string? Status { get; set; }

    /// <summary>The run that it succeeded in, when it was kept from there.</summary>
    public string? KeptFrom { get; set; }

    /// <summary>Whether it was up to date, so that it did not have to run.</summary>
    public bool UpToDate { get; set; }

    /// <summary>Why it never started.</summary>
    public LabScheduleSkip? SkippedBecause { get; set; }

    /// <summary>Why it did not end well.</summary>
    public LabErrorReport? Error { get; set; }

    /// <summary>The exit code of its program, or of its <c>exit</c>.</summary>
    public int? ExitCode { get; set; }

    /// <summary>How its health checks stand.</summary>
    public RecordedCheck[] Health { get; set; } = [];
}

/// <summary>What became of a run's output.</summary>
/// <param name="Warning">What is missing from the record, as a sentence.</param>
internal sealed record OutputEnd(string? Warning);
