using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>How a health check stands.</summary>
public sealed class RecordedCheck
{
    /// <summary>What it is called.</summary>
    [JsonRequired]
    public string Check { get; set; } = "";

    /// <summary><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</summary>
    public string Status { get; set; } = "";

    /// <summary>Since when, in milliseconds from the run's start.</summary>
    public double SinceMs { get; set; }

    /// <summary>How often it has become unhealthy.</summary>
    public int TimesUnhealthy { get; set; }

    /// <summary>Why it was unhealthy last.</summary>
    public string? Message { get; set; }

    /// <summary>What was done about it, and how often.</summary>
    public Dictionary<string, int> Remedies { get; set; } = [];
}
