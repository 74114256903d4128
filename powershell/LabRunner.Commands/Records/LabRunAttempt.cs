using LabRunner.Interop;

namespace LabRunner;

/// <summary>An attempt of an operation that did not end well, and was followed by another one.</summary>
public sealed class LabRunAttempt
{
    /// <summary>Which attempt it was, counted from 1.</summary>
    public int Attempt { get; private init; }

    /// <summary>How it ended.</summary>
    public string Status { get; private init; } = "";

    /// <summary>When it ended, in local time.</summary>
    public DateTime? EndTime { get; private init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; private init; }

    /// <summary>The exit code of its program, or of its <c>exit</c>.</summary>
    public int? ExitCode { get; private init; }

    /// <summary>Why it did not end well.</summary>
    public LabRunError? Error { get; private init; }

    /// <summary>What it came to, on one line.</summary>
    public string Outcome => LabDisplay.OneLine(Error?.Message);

    /// <inheritdoc/>
    public override string ToString() => $"{Attempt}: {Error?.Message ?? Status}";

    internal static LabRunAttempt Of(DateTime? start, RecordedAttempt attempt) => new()
    {
        Attempt = attempt.Attempt,
        Status = attempt.Status,
        EndTime = start?.AddMilliseconds(attempt.EndedMs),
        Duration = TimeSpan.FromMilliseconds(attempt.DurationMs),
        ExitCode = attempt.ExitCode,
        Error = LabRunError.Of(attempt.Error),
    };
}
