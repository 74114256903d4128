using System.Globalization;
using System.Text.Json;
using LabRunner.Json;

namespace LabRunner.Runs;

/// <summary>The run that another one goes on from, as the core has found it.</summary>
internal sealed class LabEarlierRun(JsonElement document)
{
    private readonly JsonElement? _options = JsonMembers.Member(document, "options");

    internal string Id { get; } = JsonMembers.Text(document, "run") ?? "";

    internal string Name { get; } = JsonMembers.Text(document, "name") ?? "";

    internal string Directory { get; } = JsonMembers.Text(document, "directory") ?? "";

    /// <summary>The lab file it came from.</summary>
    internal string? Source { get; } = JsonMembers.Text(document, "source");

    internal int MaxConcurrency { get; } = (int)Math.Max(1, JsonMembers.Number(document, "max_concurrency") ?? 1);

    /// <summary>What it was called with.</summary>
    internal LabCall Call => new(Option("call"));

    private DateTime? StartTime { get; } =
        DateTimeOffset.TryParse(JsonMembers.Text(document, "started_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.LocalDateTime : null;

    /// <summary>One of the options it was started with; nothing when it has no value.</summary>
    internal JsonElement? Option(string name) =>
        _options is { } options && options.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A time among its options.</summary>
    internal TimeSpan? Milliseconds(string name) => Option(name) is { ValueKind: JsonValueKind.Number } time ? TimeSpan.FromMilliseconds(time.GetDouble()) : null;

    /// <inheritdoc/>
    public override string ToString() => $"run '{Name}' ({Id}){(StartTime is { } at ? $" of {at:yyyy-MM-dd HH:mm:ss}" : "")}";
}
