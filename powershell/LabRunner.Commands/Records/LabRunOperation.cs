using LabRunner.Interop;

namespace LabRunner;

/// <summary>An operation of a run as the run's record has it.</summary>
public sealed class LabRunOperation
{
    /// <summary>The name of the run.</summary>
    public string Run { get; private init; } = "";

    /// <summary>The id of the run.</summary>
    public string RunId { get; private init; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>How it ended: <c>Succeeded</c>, <c>Failed</c>, <c>TimedOut</c>, <c>Canceled</c>, <c>Skipped</c> or <c>Abandoned</c>; until then where it is, such as <c>Running</c>; <c>Interrupted</c> when its process has gone.</summary>
    public string Status { get; private init; } = "";

    /// <summary>When its last attempt began, in local time.</summary>
    public DateTime? StartTime { get; private init; }

    /// <summary>When it ended, in local time.</summary>
    public DateTime? EndTime { get; private init; }

    /// <summary>How long its ended attempts ran, all of them together.</summary>
    public TimeSpan? Duration { get; private init; }

    /// <summary>Which part of the run's time that is, 0 to 1; nothing for one that has not ended an attempt.</summary>
    public double? Share { get; private init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; private init; }

    /// <summary>The attempts before the last one, at most the newest hundred.</summary>
    public LabRunAttempt[] FailedAttempts { get; private init; } = [];

    /// <summary>Why it, or its last attempt, did not end well.</summary>
    public LabRunError? Error { get; private init; }

    /// <summary>Why it never started.</summary>
    public SkipReason? SkippedBecause { get; private init; }

    /// <summary>Whether it was up to date, so that it did not have to run.</summary>
    public bool UpToDate { get; private init; }

    /// <summary>The exit code of its program, or of its <c>exit</c>.</summary>
    public int? ExitCode { get; private init; }

    /// <summary>The operation that it undoes; nothing for one of the plan.</summary>
    public string? Compensates { get; private init; }

    /// <summary>The worker that ran it; nothing for a program.</summary>
    public int? WorkerId { get; private init; }

    /// <summary>How its health checks stand.</summary>
    public LabHealthState[] Health { get; private init; } = [];

    /// <summary>The folder of the run's files, or the archive that has them.</summary>
    public string Directory { get; private init; } = "";

    /// <summary>What it came to, on one line.</summary>
    public string Outcome => LabDisplay.OneLine(SkippedBecause?.Message ?? Error?.Message ?? (UpToDate ? "up to date" : null));

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Status}";

    internal static LabRunOperation Of(LabRunRecord run, string place, RecordedOperation operation)
    {
        DateTime? At(double? milliseconds) => milliseconds is { } ms ? run.StartTime?.AddMilliseconds(ms) : null;
        var isGone = run.Status is not ("Running" or "Suspended") && operation.State is "Waiting" or "Running" or "Serving" or "Stopping" or "Backoff";
        return new LabRunOperation
        {
            Run = run.Name,
            RunId = run.Id,
            Name = operation.Name,
            Status = isGone && operation.Attempt > 0 ? "Interrupted" : operation.State,
            StartTime = At(operation.StartedMs),
            EndTime = At(operation.EndedMs),
            Duration = operation.Attempt > 0 ? TimeSpan.FromMilliseconds(operation.BusyMs) : null,
            Share = operation.BusyMs > 0 && run.Duration > TimeSpan.Zero ? Math.Round(Math.Min(1, operation.BusyMs / run.Duration.TotalMilliseconds), 3) : null,
            Attempts = operation.Attempt,
            FailedAttempts = [.. operation.FailedAttempts.Select(attempt => LabRunAttempt.Of(run.StartTime, attempt))],
            Error = LabRunError.Of(operation.Error),
            SkippedBecause = SkipReason.Of(operation.SkippedBecause),
            UpToDate = operation.UpToDate,
            ExitCode = operation.ExitCode,
            Compensates = operation.Compensates,
            WorkerId = operation.Worker,
            Health = [.. operation.Health.Select(check => LabHealthState.Of(operation.Name, run.StartTime, check))],
            Directory = place,
        };
    }
}

/// <summary>Why an operation of a recorded run did not end well.</summary>
public sealed class LabRunError
{
    /// <summary>What went wrong.</summary>
    public string Message { get; private init; } = "";

    /// <summary>The id that scripts match on.</summary>
    public string FullyQualifiedErrorId { get; private init; } = "";

    /// <summary>Its category, such as <c>ObjectNotFound</c>.</summary>
    public string Category { get; private init; } = "";

    /// <summary>The line of the script that failed, with a mark where it did.</summary>
    public string? PositionMessage { get; private init; }

    /// <summary>The calls that led there.</summary>
    public string? ScriptStackTrace { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => PositionMessage is null ? Message : $"{Message}{Environment.NewLine}{PositionMessage}";

    internal static LabRunError? Of(LabErrorReport? error) => error is null ? null : new()
    {
        Message = error.Message,
        FullyQualifiedErrorId = error.Id,
        Category = error.Category,
        PositionMessage = error.Position,
        ScriptStackTrace = error.Stack,
    };
}
