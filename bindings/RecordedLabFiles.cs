using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>The files of a run's lab, and its scripts, as the run had read them.</summary>
public sealed class RecordedLabFiles
{
    /// <summary>The files, by path.</summary>
    [JsonRequired]
    public RecordedFile[] Files { get; set; } = [];
}

/// <summary>One of these files.</summary>
public sealed class RecordedFile
{
    /// <summary>Its full path.</summary>
    [JsonRequired]
    public string Path { get; set; } = "";

    /// <summary>Its content where that is UTF-8.</summary>
    public string? Text { get; set; }

    /// <summary>Its bytes where they are not, as hexadecimal digits.</summary>
    public string? Hex { get; set; }
}
