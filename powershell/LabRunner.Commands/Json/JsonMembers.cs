using System.Text.Json;

namespace LabRunner.Json;

/// <summary>Reads members of the core's JSON replies that may be absent.</summary>
internal static class JsonMembers
{
    /// <summary>An object; null when the member is absent or something else.</summary>
    internal static JsonElement? Member(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    /// <summary>A text; null when the member is absent or something else.</summary>
    internal static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number; null when the member is absent or something else.</summary>
    internal static double? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
