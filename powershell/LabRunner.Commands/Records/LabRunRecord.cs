using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>A run as its record has it.</summary>
public sealed class LabRunRecord
{
    /// <summary>The run's id. Its beginning is enough where it is asked for.</summary>
    public string Id { get; private init; } = "";

    /// <summary>Its name: the lab's; <c>run</c> when it was given none.</summary>
    public string Name { get; private init; } = "";

    /// <summary><c>Running</c>, <c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, <c>Parked</c>, <c>Suspended</c> while it is under way and starts nothing, or <c>Interrupted</c> when its process has gone without an end.</summary>
    public string Status { get; private init; } = "";

    /// <summary>When it started, in local time.</summary>
    public DateTime? StartTime { get; private init; }

    /// <summary>When it ended, in local time.</summary>
    public DateTime? EndTime { get; private init; }

    /// <summary>From its start to its end, so far, or to the last that is known of it.</summary>
    public TimeSpan Duration { get; private init; }

    /// <summary>How many operations did not end well: failed, took too long, or did not stop.</summary>
    public int Failed { get; private init; }

    /// <summary>How many operations never started.</summary>
    public int Skipped { get; private init; }

    /// <summary>How many operations were up to date, and did not have to run.</summary>
    public int UpToDate { get; private init; }

    /// <summary>The number of its operations by status.</summary>
    public LabConfigNode Counts { get; private init; } = [];

    /// <summary>The part of its operations that succeeded, 0 to 1; nothing of a run without operations.</summary>
    public double? Share { get; private init; }

    /// <summary>The lab file it came from.</summary>
    public string? Source { get; private init; }

    /// <summary>The folder of its files, or the archive that has them.</summary>
    public string? Directory { get; private init; }

    /// <summary>The run that it resumes or undoes.</summary>
    public string? Parent { get; private init; }

    /// <summary>The machine it started on.</summary>
    public string? Computer { get; private init; }

    /// <summary>How what is watched of it as a whole stands; known of one run that is asked for by its folder.</summary>
    public LabHealthState[] Health { get; private init; } = [];

    /// <summary>The process that runs it, or ran it.</summary>
    public int ProcessId { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Id}): {Status}";

    internal static LabRunRecord Of(RecordedRun run)
    {
        int Number(params string[] words) => words.Sum(word => run.Counts.GetValueOrDefault(word));
        return new LabRunRecord
        {
            Id = run.Run,
            Name = run.Name,
            Status = Word(run.Status),
            StartTime = LabHistory.Time(run.StartedAt),
            EndTime = LabHistory.Time(run.EndedAt),
            Duration = TimeSpan.FromMilliseconds(run.DurationMs),
            Failed = Number("Failed", "TimedOut", "Abandoned"),
            Skipped = Number("Skipped"),
            UpToDate = run.UpToDate,
            Counts = LabHistory.Counts(run),
            Share = run.Counts.Values.Sum() is > 0 and var all ? Math.Round((double)Number("Succeeded") / all, 3) : null,
            Source = run.Source,
            Directory = run.Directory,
            Parent = run.Parent,
            Computer = run.Host,
            Health = [.. run.Health.Select(check => LabHealthState.Of(null, LabHistory.Time(run.StartedAt), check))],
            ProcessId = run.Pid,
        };
    }

    // Get-LabStatus calls it Unknown, and always has.
    internal static string Word(string status) => status == "Unknown" ? "Interrupted" : status;
}
