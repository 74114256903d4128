using System.Text.Json;

namespace LabRunner.Execution;

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
        var error = Member(item, "error");
        var because = Member(item, "because");
        return new RunEvent
        {
            Run = item.GetProperty("run").GetUInt64(),
            Kind = item.GetProperty("event").GetString() ?? "",
            AtMs = (long)(Number(item, "at_ms") ?? 0),
            Operation = (int)(Number(item, "op") ?? -1),
            Attempt = (uint)(Number(item, "attempt") ?? 0),
            HasWorker = Number(item, "worker") is not null,
            Worker = (uint)(Number(item, "worker") ?? 0),
            Workers = (int)(Number(item, "workers") ?? 0),
            Status = Text(item, "status"),
            Reason = Text(item, "reason"),
            DurationMs = Number(item, "duration_ms") ?? 0,
            DelayMs = Number(item, "delay_ms") ?? 0,
            ExitCode = (int?)Number(item, "exit_code"),
            Stream = Text(item, "stream"),
            Line = Text(item, "line"),
            Message = Text(item, "message"),
            From = Text(item, "from"),
            ErrorId = error is { } e ? Text(e, "id") : null,
            ErrorCategory = error is { } c ? Text(c, "category") : null,
            ErrorMessage = error is { } m ? Text(m, "message") : null,
            Because = because is { } b ? Skip(b) : null,
        };
    }

    internal static SkipReason Skip(JsonElement because) =>
        new(Text(because, "kind") ?? "run-stopped", Text(because, "operation"), Text(because, "message") ?? "");

    internal static JsonElement? Member(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    internal static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static double? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
