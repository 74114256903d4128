using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;
using LabRunner.Errors;

namespace LabRunner.Settings;

/// <summary>The user's own file of settings: one JSON object, comments allowed.</summary>
internal static class SettingsFile
{
    internal const string PathVariable = "LABRUNNER_CONFIG";

    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly object Gate = new();

    /// <summary>Where it is: <c>$env:LABRUNNER_CONFIG</c>, else below the user's folder for configuration.</summary>
    internal static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
            {
                return System.IO.Path.GetFullPath(named);
            }

            if (OperatingSystem.IsWindows())
            {
                return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "LabRunner", "config.json");
            }

            // A relative XDG_CONFIG_HOME is to be ignored, says the specification.
            var home = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } wanted && System.IO.Path.IsPathFullyQualified(wanted)
                ? wanted
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
            return System.IO.Path.Combine(home, "labrunner", "config.json");
        }
    }

    /// <summary>Its content, key by key; empty when there is no file.</summary>
    /// <exception cref="LabRunnerException">It cannot be read.</exception>
    internal static JsonObject? Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, error.Message, error);
        }

        try
        {
            return string.IsNullOrWhiteSpace(text) ? [] : JsonNode.Parse(text, null, Reading) as JsonObject ?? throw Unusable(path, "it is not a JSON object");
        }
        catch (JsonException error)
        {
            throw Unusable(path, $"it is not valid JSON (line {error.LineNumber + 1}, column {error.BytePositionInLine + 1})", error);
        }
    }

    /// <summary>Changes it as a whole or not at all: a new file takes the place of the old one.</summary>
    /// <exception cref="LabRunnerException">It cannot be read or written.</exception>
    internal static void Change(string path, Action<JsonObject> change)
    {
        lock (Gate)
        {
            var content = Read(path) ?? [];
            change(content);
            try
            {
                // A file that is a link stays one: what it points to is replaced.
                var target = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                var fresh = $"{target}.{Environment.ProcessId}.tmp";
                try
                {
                    using (var stream = File.Create(fresh))
                    using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
                    {
                        content.WriteTo(json);
                    }

                    File.Move(fresh, target, overwrite: true);
                }
                finally
                {
                    File.Delete(fresh);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw LabRunnerError.SettingsUnwritable(path, error);
            }
        }
    }

    private static LabRunnerException Unusable(string path, string why, Exception? cause = null) => new(
        LabRunnerError.InvalidConfiguration,
        ErrorCategory.InvalidData,
        $"The LabRunner configuration file '{path}' cannot be used: {why.TrimEnd('.')}.",
        "Correct it, delete it, or name another one in $env:LABRUNNER_CONFIG.",
        path,
        cause);
}
