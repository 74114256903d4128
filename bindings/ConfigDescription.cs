using System.Text.Json;

namespace LabRunner.Interop;

/// <summary>Any configuration file as the core has read it.</summary>
public sealed class ConfigDescription
{
    /// <summary>The whole file as data; nothing when it is not well-formed.</summary>
    public JsonElement? Document { get; set; }

    /// <summary>Everything that was found.</summary>
    public LabDiagnostic[] Diagnostics { get; set; } = [];

    /// <summary>Where each value comes from, when that was asked for.</summary>
    public ConfigOrigin[]? Origins { get; set; }
}

/// <summary>A configuration that was written in a format.</summary>
public sealed class ConfigExport
{
    /// <summary>The text; nothing when the source is not well-formed.</summary>
    public string? Text { get; set; }

    /// <summary>Everything that was found.</summary>
    public LabDiagnostic[] Diagnostics { get; set; } = [];
}

/// <summary>Where a value of a configuration comes from.</summary>
/// <param name="Path">Its path, such as <c>operations[deploy].timeout</c>.</param>
/// <param name="Value">The value.</param>
/// <param name="At">Where it stands.</param>
/// <param name="Written">How it was written, when variables were filled in.</param>
/// <param name="Overridden">What it has taken the place of, the first one first.</param>
public sealed record ConfigOrigin(string Path, JsonElement Value, LabPlace At, string? Written = null, ConfigValue[]? Overridden = null);

/// <summary>A value that another one has taken the place of.</summary>
/// <param name="Value">The value.</param>
/// <param name="At">Where it stands.</param>
public sealed record ConfigValue(JsonElement Value, LabPlace At);
