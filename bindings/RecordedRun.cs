using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>Which recorded runs are asked for; all of them when nothing is set.</summary>
public sealed record HistoryQuery
{
    /// <summary>The folder of all runs; the user's own when null.</summary>
    public string? Directory { get; init; }

    /// <summary>Only runs of this name, ignoring case.</summary>
    public string? Name { get; init; }

    /// <summary>Only runs whose name matches one of these; wildcards are allowed.</summary>
    public string[] Names { get; init; } = [];

    /// <summary>Only runs whose id begins with one of these.</summary>
    public string[] Ids { get; init; } = [];

    /// <summary>Only runs with one of these statuses.</summary>
    public string[] Statuses { get; init; } = [];

    /// <summary>Only runs that started at this time or later, RFC 3339.</summary>
    public string? After { get; init; }

    /// <summary>Whether runs without a name are left out.</summary>
    public bool Named { get; init; }

    /// <summary>Whether runs that resume or undo another one follow it, the oldest first.</summary>
    public bool Tree { get; init; }

    /// <summary>The greatest number of runs, the newest first.</summary>
    public int? Limit { get; init; }

    /// <summary>Whether only runs under way are given.</summary>
    public bool Running { get; init; }

    /// <summary>Whether each run comes with its operations.</summary>
    public bool Operations { get; init; }
}

/// <summary>Which run is asked for in detail.</summary>
/// <param name="Place">Its folder, or an archive.</param>
/// <param name="Operations">Only operations whose name matches one of these; wildcards are allowed.</param>
internal sealed record DetailQuery(string Place, string[] Operations);

/// <summary>A run as its record has it.</summary>
public sealed class RecordedRun
{
    /// <summary>Its id.</summary>
    [JsonRequired]
    public string Run { get; set; } = "";

    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary><c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, <c>Parked</c>, <c>Running</c>, or <c>Unknown</c> when its process has gone without an end.</summary>
    [JsonRequired]
    public string Status { get; set; } = "";

    /// <summary>When it started, RFC 3339 in UTC.</summary>
    [JsonRequired]
    public string StartedAt { get; set; } = "";

    /// <summary>When it ended.</summary>
    public string? EndedAt { get; set; }

    /// <summary>Milliseconds from its start to its end, so far, or to the last that is known of it.</summary>
    [JsonRequired]
    public double DurationMs { get; set; }

    /// <summary>The folder of its files, or the archive that has them.</summary>
    [JsonRequired]
    public string Directory { get; set; } = "";

    /// <summary>The lab file it came from.</summary>
    public string? Source { get; set; }

    /// <summary>The run that it resumes or undoes.</summary>
    public string? Parent { get; set; }

    /// <summary>The machine it started on.</summary>
    [JsonRequired]
    public string Host { get; set; } = "";

    /// <summary>The number of its operations by status.</summary>
    [JsonRequired]
    public Dictionary<string, int> Counts { get; set; } = [];

    /// <summary>How many operations were up to date.</summary>
    public int UpToDate { get; set; }

    /// <summary>The process that runs it, or ran it.</summary>
    [JsonRequired]
    public int Pid { get; set; }

    /// <summary>How many operations could run at the same time.</summary>
    [JsonRequired]
    public int MaxConcurrency { get; set; }

    /// <summary>Its operations, where they were asked for.</summary>
    public RecordedOperation[] Operations { get; set; } = [];

    /// <summary>How what is watched of it as a whole stands; of a run in detail only.</summary>
    public RecordedCheck[] Health { get; set; } = [];

    /// <summary>What is damaged in its files, in sentences; of a run in detail only.</summary>
    public string[] Warnings { get; set; } = [];
}

/// <summary>An operation of a recorded run.</summary>
public sealed class RecordedOperation
{
    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>How it ended; until then where it is: <c>Waiting</c>, <c>Running</c>, <c>Serving</c>, <c>Stopping</c> or <c>Backoff</c>.</summary>
    [JsonRequired]
    public string State { get; set; } = "";

    /// <summary>The attempt under way, or the last one; 0 before the first.</summary>
    [JsonRequired]
    public int Attempt { get; set; }

    /// <summary>The worker that has it.</summary>
    public int? Worker { get; set; }

    /// <summary>When its last attempt began, in milliseconds from the run's start.</summary>
    public double? StartedMs { get; set; }

    /// <summary>When it ended, in milliseconds from the run's start.</summary>
    public double? EndedMs { get; set; }

    /// <summary>How long its ended attempts ran, all of them together.</summary>
    [JsonRequired]
    public double BusyMs { get; set; }

    /// <summary>The exit code of its program, or of its <c>exit</c>.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Why it, or its last attempt, did not end well.</summary>
    public LabErrorReport? Error { get; set; }

    /// <summary>Why it never started.</summary>
    public LabScheduleSkip? SkippedBecause { get; set; }

    /// <summary>Whether it was up to date, so that it did not have to run.</summary>
    public bool UpToDate { get; set; }

    /// <summary>Why it ran, or did not; of a run in detail only.</summary>
    public RecordedReason? Reason { get; set; }

    /// <summary>The operation that it undoes.</summary>
    public string? Compensates { get; set; }

    /// <summary>How its health checks stand.</summary>
    public RecordedCheck[] Health { get; set; } = [];

    /// <summary>The attempts before the last one; of a run in detail only.</summary>
    public RecordedAttempt[] FailedAttempts { get; set; } = [];
}

/// <summary>An attempt that was followed by another one.</summary>
public sealed class RecordedAttempt
{
    /// <summary>Which one, from 1.</summary>
    [JsonRequired]
    public int Attempt { get; set; }

    /// <summary>How it ended.</summary>
    [JsonRequired]
    public string Status { get; set; } = "";

    /// <summary>When it ended, in milliseconds from the run's start.</summary>
    [JsonRequired]
    public double EndedMs { get; set; }

    /// <summary>How long it took.</summary>
    [JsonRequired]
    public double DurationMs { get; set; }

    /// <summary>The exit code of its program, or of its <c>exit</c>.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Why it did not end well.</summary>
    public LabErrorReport? Error { get; set; }
}

/// <summary>Why an operation ran, or did not.</summary>
public sealed class RecordedReason
{
    /// <summary>Whether it ran.</summary>
    [JsonRequired]
    public bool Ran { get; set; }

    /// <summary>Why, in a few words.</summary>
    [JsonRequired]
    public string Words { get; set; } = "";

    /// <summary>Which rule says that it runs; null for one that did not run.</summary>
    public RecordedCause? Why { get; set; }

    /// <summary>How many operations it drew along, directly or not.</summary>
    [JsonRequired]
    public int Drew { get; set; }
}

/// <summary>The rule that says that an operation runs.</summary>
public sealed class RecordedCause
{
    /// <summary>Its name, such as <c>input-changed</c>.</summary>
    [JsonRequired]
    public string Cause { get; set; } = "";

    /// <summary>The file, folder or pattern that it is about.</summary>
    public string? File { get; set; }

    /// <summary>The operation that drew this one along.</summary>
    public string? Root { get; set; }
}
