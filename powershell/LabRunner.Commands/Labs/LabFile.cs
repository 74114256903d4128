using System.Management.Automation;
using System.Text.Json;
using LabRunner.Cmdlets;
using LabRunner.Interop;
using LabRunner.Json;
using LabRunner.Operations;
using LabRunner.Plans;

namespace LabRunner.Labs;

/// <summary>A lab file that the core has read, and holds: what is wanted of it here, and the handle that plans are made of.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Handle">The lab.</param>
/// <param name="Description">What was read.</param>
/// <param name="Findings">Everything that was found.</param>
internal sealed record LabReading(string Path, LabHandle Handle, LabDescription Description, IReadOnlyList<LabConfigFinding> Findings) : IDisposable
{
    /// <summary>Its name as the file has it, also where it is not sound.</summary>
    internal string? Name => Description.Name;

    /// <summary>The lab; nothing when any finding is an error.</summary>
    internal LabModel? Lab => Description.Lab;

    /// <summary>What is shown and otherwise passed over.</summary>
    internal IEnumerable<LabConfigFinding> Warnings => Findings.Where(finding => !finding.IsError);

    /// <summary>The operations, also those of a lab that cannot be run.</summary>
    internal LabOperationModel[] Operations => Lab?.Operations ?? Description.Unsound;

    /// <summary>Where it was read from, when that is the record of a run and not its files.</summary>
    internal RecordedLab? Recorded { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}

/// <summary>A configuration file, be it a lab or not, as data.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Document">The whole file; nothing when it is not well-formed.</param>
/// <param name="Findings">Everything that was found.</param>
/// <param name="Origins">Where each value comes from, when that was asked for.</param>
internal sealed record ConfigReading(string Path, JsonElement? Document, IReadOnlyList<LabConfigFinding> Findings, ConfigOrigin[]? Origins)
{
    /// <summary>What keeps the file from being used.</summary>
    internal IEnumerable<LabConfigFinding> Errors => Findings.Where(finding => finding.IsError);

    /// <summary>What is shown and otherwise passed over.</summary>
    internal IEnumerable<LabConfigFinding> Warnings => Findings.Where(finding => !finding.IsError);
}

/// <summary>How a configuration file is to be read.</summary>
internal sealed record LabReadOptions
{
    /// <summary>The environment whose changes are merged over the file.</summary>
    internal string? Environment { get; init; }

    /// <summary>How much the caller says there is of what operations need.</summary>
    internal object? Limits { get; init; }

    /// <summary>Whether to say where each value comes from.</summary>
    internal bool Explain { get; init; }

    /// <summary>The file alone and as it is written.</summary>
    internal bool Raw { get; init; }

    /// <summary>Whether every unknown key is an error, not only one that is near to a known key.</summary>
    internal bool Strict { get; init; }

    /// <summary>Any configuration, not a lab.</summary>
    internal bool DocumentOnly { get; init; }

    /// <summary>The lab as an earlier run had read it, in place of its files.</summary>
    internal RecordedLab? Recorded { get; init; }
}

/// <summary>Reads lab files and other configuration: the bytes here, their meaning in the core.</summary>
internal static class LabFile
{
    /// <summary>The full path of a file that the user named; it need not exist.</summary>
    internal static string FullPath(PSCmdlet caller, string path) =>
        CallerPath.Of(caller, path, out var why) ?? throw ConfigError.Unreadable(path, why!.Message, why);

    /// <summary>Reads a lab file and checks it as a lab.</summary>
    internal static LabReading ReadLab(string path, string? environment = null, object? limits = null, bool strict = false, RecordedLab? recorded = null)
    {
        var psd1 = IsPsd1(path) && recorded is not null ? recorded.Bytes(path) : Psd1(path);
        var handle = LabHandle.Open(psd1, Request(path, psd1, new LabReadOptions { Environment = environment, Limits = limits, Strict = strict, Recorded = recorded }));
        var description = handle.Describe();
        return new LabReading(path, handle, description, Findings(description.Diagnostics)) { Recorded = recorded };
    }

    /// <summary>Reads any configuration file, be it a lab or not.</summary>
    internal static ConfigReading ReadDocument(string path, LabReadOptions? options = null)
    {
        var psd1 = Psd1(path);
        var reading = LabCore.Read(psd1, Request(path, psd1, (options ?? new LabReadOptions()) with { DocumentOnly = true }));
        return new ConfigReading(path, reading.Document, Findings(reading.Diagnostics), reading.Origins);
    }

    private static LabConfigFinding[] Findings(LabDiagnostic[] found) => [.. found.Select(LabConfigFinding.Of)];

    // The core opens a file itself, but of a psd1 file it needs what only the PowerShell parser can find in it.
    private static byte[]? Psd1(string path) => IsPsd1(path) ? Bytes(path) : null;

    private static bool IsPsd1(string path) => path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes a file, or a JSON document, as it is in another format.</summary>
    /// <returns>The text, or nothing and what is wrong with the source.</returns>
    internal static (string? Text, LabConfigFinding[] Findings) Export(string? path, byte[]? document, LabConfigFormat format)
    {
        var psd1 = path is null ? null : Psd1(path);
        var request = JsonText.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("to", format == LabConfigFormat.Json ? "json" : "yaml");
            json.WriteStartObject("source");
            if (path is null)
            {
                json.WriteString("format", "json");
            }
            else
            {
                json.WriteString("path", path);
                json.WriteBoolean("open", psd1 is null);
                Tokens(json, psd1);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });

        var written = LabCore.Export(psd1 ?? document ?? [], request);
        return (written.Text, Findings(written.Diagnostics));
    }

    private static void Tokens(Utf8JsonWriter json, byte[]? psd1)
    {
        if (psd1 is null)
        {
            return;
        }

        json.WriteString("format", "psd1");
        json.WritePropertyName("tokens");
        // The core itself reports what is not text.
        json.WriteRawValue(FileText.Decode(psd1) is { } text ? Psd1Tokens.Of(text) : "[]"u8, skipInputValidation: true);
    }

    private static byte[] Request(string path, byte[]? psd1, LabReadOptions options) => JsonText.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteBoolean("open", psd1 is null);
        if (options.Recorded is { } recorded)
        {
            json.WriteString("recorded", recorded.Run);
        }

        json.WriteBoolean("document_only", options.DocumentOnly);
        json.WriteBoolean("explain", options.Explain);
        json.WriteBoolean("raw", options.Raw);
        json.WriteBoolean("strict", options.Strict);
        json.WriteBoolean("programs", !options.DocumentOnly);
        if (!string.IsNullOrWhiteSpace(options.Environment))
        {
            json.WriteString("environment", options.Environment);
        }

        if (options.Limits is { } limits)
        {
            json.WritePropertyName("limits");
            PlanDocument.Value(json, LimitsReader.Read(limits));
        }

        json.WriteStartObject("variables");
        foreach (var (name, value) in SessionEnvironment.Changes())
        {
            json.WriteString(name, (string?)value);
        }

        json.WriteEndObject();
        Tokens(json, psd1);
        json.WriteEndObject();
    });

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
