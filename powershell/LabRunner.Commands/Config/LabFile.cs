using System.Buffers;
using System.Management.Automation;
using System.Text.Json;
using LabRunner.Interop;

namespace LabRunner.Config;

/// <summary>A lab file as the core has read it.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Lab">The lab, as the core's model of it; nothing when any finding is an error.</param>
/// <param name="Document">The whole file as data; nothing when it is not well-formed.</param>
/// <param name="Findings">Everything that was found.</param>
internal sealed record LabReading(string Path, JsonElement? Lab, JsonElement? Document, IReadOnlyList<LabConfigFinding> Findings)
{
    /// <summary>What keeps the file from being used.</summary>
    internal IEnumerable<LabConfigFinding> Errors => Findings.Where(finding => finding.IsError);

    /// <summary>What is shown and otherwise passed over.</summary>
    internal IEnumerable<LabConfigFinding> Warnings => Findings.Where(finding => !finding.IsError);
}

/// <summary>Reads lab files and other configuration: the bytes here, their meaning in the core.</summary>
internal static class LabFile
{
    /// <summary>The full path of a file that the user named; it need not exist.</summary>
    internal static string FullPath(PSCmdlet caller, string path)
    {
        string full;
        ProviderInfo provider;
        try
        {
            full = caller.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _);
        }
        catch (Exception error) when (error is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or PSArgumentException or ArgumentException)
        {
            throw ConfigError.Unreadable(path, error.Message, error);
        }

        return provider.Name == "FileSystem" ? full : throw ConfigError.Unreadable(path, $"it belongs to the provider {provider.Name}");
    }

    /// <summary>Reads a lab file and checks it as a lab.</summary>
    /// <exception cref="LabRunnerException">It cannot be read as a file.</exception>
    internal static LabReading ReadLab(string path) => Read(path, documentOnly: false);

    /// <summary>Reads any configuration file, be it a lab or not.</summary>
    /// <exception cref="LabRunnerException">It cannot be read as a file.</exception>
    internal static LabReading ReadDocument(string path) => Read(path, documentOnly: true);

    private static LabReading Read(string path, bool documentOnly)
    {
        var bytes = Bytes(path);
        using var reading = ConfigValues.Parse(LabCore.Read(bytes, Options(path, bytes, documentOnly)));
        var root = reading.RootElement;
        var found = root.GetProperty("diagnostics").Deserialize<LabDiagnostic[]>() ?? [];
        return new LabReading(path, Part(root, "lab"), Part(root, "document"), [.. found.Select(LabConfigFinding.Of)]);
    }

    // Of a psd1 file the core gets what the PowerShell parser finds in it, unless it is no text: that the core says itself.
    private static byte[] Options(string path, byte[] bytes, bool documentOnly)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            json.WriteBoolean("document_only", documentOnly);
            if (path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase))
            {
                json.WriteString("format", "psd1");
                json.WritePropertyName("tokens");
                json.WriteRawValue(FileText.Decode(bytes) is { } text ? Psd1Tokens.Of(text) : "[]"u8, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static JsonElement? Part(JsonElement root, string name) =>
        root.TryGetProperty(name, out var part) && part.ValueKind != JsonValueKind.Null ? part.Clone() : null;

    private static byte[] Bytes(string path)
    {
        if (Directory.Exists(path))
        {
            throw ConfigError.Unreadable(path, "it is a folder");
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ConfigError.Unreadable(path, "it does not exist", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw ConfigError.Unreadable(path, error.Message, error);
        }
    }
}
