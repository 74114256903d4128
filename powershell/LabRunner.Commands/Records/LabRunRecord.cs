using System.Text.Json;
using LabRunner.Json;
using LabRunner.Labs;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>A run as its record has it.</summary>
public sealed class LabRunRecord
{
    /// <summary>The run's id. Its beginning is enough where it is asked for.</summary>
    public string Id { get; private init; } = "";

    /// <summary>Its name: the lab's; <c>run</c> when it was given none.</summary>
    public string Name { get; private init; } = "";

    /// <summary><c>Running</c>, <c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, or <c>Interrupted</c> when its process has gone without an end.</summary>
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

    /// <summary>The lab file it came from.</summary>
    public string? Source { get; private init; }

    /// <summary>The folder of its files, or the archive that has them.</summary>
    public string? Directory { get; private init; }

    /// <summary>The run that it resumes or undoes.</summary>
    public string? Parent { get; private init; }

    /// <summary>The machine it started on.</summary>
    public string? Computer { get; private init; }

    /// <summary>The process that runs it, or ran it.</summary>
    public int ProcessId { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Id}): {Status}";

    internal static LabRunRecord Of(JsonElement run)
    {
        var counts = run.TryGetProperty("counts", out var found) ? found : default;
        int Number(params string[] words) => counts.ValueKind == JsonValueKind.Object ? words.Sum(word => (int)(JsonMembers.Number(counts, word) ?? 0)) : 0;
        return new LabRunRecord
        {
            Id = JsonMembers.Text(run, "run") ?? "",
            Name = JsonMembers.Text(run, "name") ?? "",
            Status = Word(JsonMembers.Text(run, "status")),
            StartTime = LabHistory.Time(run, "started_at"),
            EndTime = LabHistory.Time(run, "ended_at"),
            Duration = TimeSpan.FromMilliseconds(JsonMembers.Number(run, "duration_ms") ?? 0),
            Failed = Number("Failed", "TimedOut", "Abandoned"),
            Skipped = Number("Skipped"),
            UpToDate = (int)(JsonMembers.Number(run, "up_to_date") ?? 0),
            Counts = counts.ValueKind == JsonValueKind.Object ? ConfigValues.Mapping(counts) : [],
            Source = JsonMembers.Text(run, "source"),
            Directory = JsonMembers.Text(run, "directory"),
            Parent = JsonMembers.Text(run, "parent"),
            Computer = JsonMembers.Text(run, "host"),
            ProcessId = (int)(JsonMembers.Number(run, "pid") ?? 0),
        };
    }

    // Get-LabStatus calls it Unknown, and always has.
    internal static string Word(string? status) => status is null or "Unknown" ? "Interrupted" : status;
}
