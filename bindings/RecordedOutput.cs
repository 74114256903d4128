using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>Which part of a run's output is asked for.</summary>
/// <param name="Place">The run's folder, or an archive.</param>
/// <param name="Operations">Only what operations wrote whose name matches one of these; wildcards are allowed.</param>
/// <param name="Streams">Only these streams.</param>
/// <param name="Last">Only this many records, the last ones.</param>
/// <param name="From">Where the page begins: the <see cref="OutputPage.Next"/> of the page before.</param>
public sealed record OutputQuery(string Place, string[] Operations, string[] Streams, int? Last, OutputPosition? From);

/// <summary>A page of what the operations of a run wrote.</summary>
public sealed class OutputPage
{
    /// <summary>The records, in the order in which they were written.</summary>
    [JsonRequired]
    public RecordedOutput[] Records { get; set; } = [];

    /// <summary>Where the next page begins.</summary>
    [JsonRequired]
    public OutputPosition Next { get; set; }

    /// <summary>Whether there is more now.</summary>
    [JsonRequired]
    public bool More { get; set; }

    /// <summary>Whether there may be more later.</summary>
    [JsonRequired]
    public bool Running { get; set; }

    /// <summary>When the run started, RFC 3339; the times of records count from there.</summary>
    [JsonRequired]
    public string StartedAt { get; set; } = "";

    /// <summary>What is missing, in sentences.</summary>
    public string[] Warnings { get; set; } = [];
}

/// <summary>A place in a run's output.</summary>
/// <param name="Life">The process life whose file it is in.</param>
/// <param name="Offset">Bytes from that file's beginning.</param>
/// <param name="Frame">The number of the next frame.</param>
public readonly record struct OutputPosition(uint Life, ulong Offset, ulong Frame);

/// <summary>Something that an operation wrote.</summary>
public sealed class RecordedOutput
{
    /// <summary>The operation.</summary>
    [JsonRequired]
    public string Operation { get; set; } = "";

    /// <summary>Its attempt; 0 for what the store itself says.</summary>
    [JsonRequired]
    public int Attempt { get; set; }

    /// <summary>Milliseconds since the run's start.</summary>
    [JsonRequired]
    public double At { get; set; }

    /// <summary>The stream, such as <c>output</c> or <c>stderr</c>; <c>missing</c> where something is missing.</summary>
    [JsonRequired]
    public string Kind { get; set; } = "";

    /// <summary>What was written.</summary>
    public string? Text { get; set; }

    /// <summary>What is missing.</summary>
    public OutputGap? Missing { get; set; }
}

/// <summary>Records that are missing.</summary>
public sealed class OutputGap
{
    /// <summary><c>slow</c> when the disk did not keep up; otherwise the operation wrote more than is kept of one.</summary>
    [JsonRequired]
    public string Why { get; set; } = "";

    /// <summary>How many.</summary>
    [JsonRequired]
    public long Records { get; set; }
}
