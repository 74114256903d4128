using System.Text.Json;
using LabRunner.Json;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>Something that happened in a run, as the core tells it.</summary>
internal sealed class RunEvent
{
    internal ulong Run { get; private init; }

    internal required string Kind { get; init; }

    internal long AtMs { get; private init; }

    internal int Operation { get; private init; } = -1;

    internal uint Attempt { get; private init; }

    internal uint Worker { get; private init; }

    internal bool HasWorker { get; private init; }

    internal int Workers { get; private init; }

    internal string? Status { get; private init; }

    internal string? Reason { get; private init; }

    internal double DurationMs { get; private init; }

    /// <summary>The pause before the next attempt.</summary>
    internal double DelayMs { get; private init; }

    internal int? ExitCode { get; private init; }

    internal string? Stream { get; private init; }

    internal string? Line { get; private init; }

    /// <summary>What a warning about the run itself says.</summary>
    internal string? Message { get; private init; }

    internal string? ErrorId { get; private init; }

    internal string? ErrorCategory { get; private init; }

    internal string? ErrorMessage { get; private init; }

    internal SkipReason? Because { get; private init; }

    /// <summary>The run that a kept operation succeeded in.</summary>
    internal string? From { get; private init; }

    /// <summary>Whether an operation's test said that its work is done.</summary>
    internal bool IsDone { get; private init; }

    /// <summary>Whether a kept operation was up to date in the earlier run.</summary>
    internal bool WasUpToDate { get; private init; }

    /// <summary>Reads the array that one wait for events returns.</summary>
    internal static List<RunEvent> ReadAll(byte[] document)
    {
        using var json = JsonDocument.Parse(document);
        var events = new List<RunEvent>(json.RootElement.GetArrayLength());
        foreach (var item in json.RootElement.EnumerateArray())
        {
            events.Add(Read(item));
        }

        return events;
    }

    private static RunEvent Read(JsonElement item)
    {
        var error = JsonMembers.Member(item, "error");
        var because = JsonMembers.Member(item, "because");
        return new RunEvent
        {
            Run = item.GetProperty("run").GetUInt64(),
            Kind = item.GetProperty("event").GetString() ?? "",
            AtMs = (long)(JsonMembers.Number(item, "at_ms") ?? 0),
            Operation = (int)(JsonMembers.Number(item, "op") ?? -1),
            Attempt = (uint)(JsonMembers.Number(item, "attempt") ?? 0),
            HasWorker = JsonMembers.Number(item, "worker") is not null,
            Worker = (uint)(JsonMembers.Number(item, "worker") ?? 0),
            Workers = (int)(JsonMembers.Number(item, "workers") ?? 0),
            Status = JsonMembers.Text(item, "status"),
            Reason = JsonMembers.Text(item, "reason"),
            DurationMs = JsonMembers.Number(item, "duration_ms") ?? 0,
            DelayMs = JsonMembers.Number(item, "delay_ms") ?? 0,
            ExitCode = (int?)JsonMembers.Number(item, "exit_code"),
            Stream = JsonMembers.Text(item, "stream"),
            Line = JsonMembers.Text(item, "line"),
            Message = JsonMembers.Text(item, "message"),
            From = JsonMembers.Text(item, "from"),
            IsDone = item.TryGetProperty("test", out var test) && test.ValueKind == JsonValueKind.True,
            WasUpToDate = item.TryGetProperty("up_to_date", out var current) && current.ValueKind == JsonValueKind.True,
            ErrorId = error is { } e ? JsonMembers.Text(e, "id") : null,
            ErrorCategory = error is { } c ? JsonMembers.Text(c, "category") : null,
            ErrorMessage = error is { } m ? JsonMembers.Text(m, "message") : null,
            Because = because is { } b ? Skip(b) : null,
        };
    }

    internal static SkipReason Skip(JsonElement because) =>
        new(JsonMembers.Text(because, "kind") ?? "run-stopped", JsonMembers.Text(because, "operation"), JsonMembers.Text(because, "message") ?? "");
}
