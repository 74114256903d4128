using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>Where in a file something stands. Lines and columns count from 1.</summary>
public sealed record LabPlace(
    string? File,
    int Line,
    int Column);

/// <summary>One finding about the input.</summary>
public sealed record LabDiagnostic(
    string Code,
    string Id,
    string Severity,
    string Message,
    string? Advice = null,
    string? Operation = null,
    LabPlace? At = null,
    string? Snippet = null)
{
    /// <summary>Whether it prevents a run.</summary>
    [JsonIgnore]
    public bool IsError => Severity == "error";
}

/// <summary>An error of the core: a stable code and id, who is to blame and what to do.</summary>
public sealed record LabFault(
    string Code,
    string Id,
    string Category,
    string Message,
    string? Advice = null,
    string? Target = null,
    IReadOnlyList<LabDiagnostic>? Diagnostics = null)
{
    internal static LabFault Parse(byte[] document) =>
        JsonSerializer.Deserialize(document, CoreJson.Default.LabFault)
        ?? new LabFault("LR0903", "LabRunner.InternalError", "InvalidResult", "The core gave an empty fault.");
}

/// <summary>Thrown when the core answers with a fault.</summary>
public sealed class LabCoreException(LabFault fault) : Exception(fault.Message)
{
    /// <summary>What the core said.</summary>
    public LabFault Fault { get; } = fault;
}
