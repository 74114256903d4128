using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>Where in a file something stands. Lines and columns count from 1.</summary>
public sealed record LabPlace(
    [property: JsonPropertyName("file")] string? File,
    [property: JsonPropertyName("line")] int Line,
    [property: JsonPropertyName("column")] int Column);

/// <summary>One finding about the input.</summary>
public sealed record LabDiagnostic(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("severity")] string Severity,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("advice")] string? Advice = null,
    [property: JsonPropertyName("operation")] string? Operation = null,
    [property: JsonPropertyName("at")] LabPlace? At = null,
    [property: JsonPropertyName("snippet")] string? Snippet = null)
{
    /// <summary>Whether it prevents a run.</summary>
    [JsonIgnore]
    public bool IsError => Severity == "error";
}

/// <summary>An error of the core: a stable code and id, who is to blame and what to do.</summary>
public sealed record LabFault(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("category")] string Category,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("advice")] string? Advice = null,
    [property: JsonPropertyName("target")] string? Target = null,
    [property: JsonPropertyName("diagnostics")] IReadOnlyList<LabDiagnostic>? Diagnostics = null)
{
    internal static LabFault Parse(byte[] document) =>
        JsonSerializer.Deserialize<LabFault>(document)
        ?? new LabFault("LR0903", "LabRunner.InternalError", "InvalidResult", "The core gave an empty fault.");
}

/// <summary>Thrown when the core answers with a fault.</summary>
public sealed class LabCoreException(LabFault fault) : Exception(fault.Message)
{
    /// <summary>What the core said.</summary>
    public LabFault Fault { get; } = fault;
}
