using System.Collections;
using System.Management.Automation;
using System.Security;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Operations;

/// <summary>Makes the work of an operation from the keys of a download or an archive: Url, Source, Target, Checksum and so on.</summary>
/// <remarks>What they mean, and whether it can be, the core decides.</remarks>
internal sealed class FileSource(PSCmdlet caller, List<LabFinding> findings)
{
    // A session's proxies are in its environment, which the core does not see outside of Windows.
    private static readonly string[] Proxies = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

    private static readonly string[] Choices = ["Keep", "Replace", "Merge", "Fail"];
    private static readonly string[] Modes = ["Extract", "Create"];
    private static readonly string[] Formats = ["zip", "tar", "tar.gz", "tar.xz", "tar.zst", "tar.bz2", "7z"];

    /// <summary>The archive to unpack or to make.</summary>
    internal FileWork Archive(FieldMap fields, string operation)
    {
        var spec = new Dictionary<string, object?>
        {
            ["source"] = FullPath(fields.Take("Source"), "Source", operation),
            ["target"] = FullPath(fields.Take("Target", "Destination"), "Target", operation),
        };
        if (fields.Take("Mode") is { } mode && Word("Mode", mode, Modes, operation) is { } known)
        {
            spec["mode"] = known;
        }

        if (fields.Take("Format") is { } format && Word("Format", format, Formats, operation) is { } written)
        {
            spec["format"] = written;
        }

        if (fields.Take("StripComponents") is { } strip && Count("StripComponents", strip, 0, 256, operation) is { } folders)
        {
            spec["strip_components"] = folders;
        }

        if (fields.Take("MaxEntries") is { } entries && Count("MaxEntries", entries, 1, 1_000_000_000, operation) is { } most)
        {
            spec["max_entries"] = most;
        }

        Shared(fields, spec, operation);
        return new FileWork("archive", spec);
    }

    /// <summary>The file to fetch.</summary>
    internal FileWork Download(FieldMap fields, object? url, string operation)
    {
        var spec = new Dictionary<string, object?>
        {
            ["urls"] = OperationReader.Names(url),
            ["target"] = FullPath(fields.Take("Target", "Destination"), "Target", operation),
        };
        if (fields.Take("Checksum") is { } checksum)
        {
            spec["checksum"] = LanguagePrimitives.ConvertTo<string>(checksum);
        }

        if (Headers(fields.Take("Headers"), operation) is { Count: > 0 } headers)
        {
            spec["headers"] = headers;
        }

        Shared(fields, spec, operation);
        var proxies = SessionEnvironment.Changes().Where(entry => Proxies.Contains(entry.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary();
        if (proxies.Count > 0)
        {
            spec["environment"] = proxies;
        }

        return new FileWork("download", spec);
    }

    private void Shared(FieldMap fields, Dictionary<string, object?> spec, string operation)
    {
        if (fields.Take("MaxSize") is { } size && Bytes(size, operation) is { } bytes)
        {
            spec["max_bytes"] = bytes;
        }

        if (fields.Take("IfExists") is { } existing && Word("IfExists", existing, Choices, operation) is { } known)
        {
            spec["if_exists"] = known;
        }
    }

    /// <summary>A path of the file system, from where the caller stands.</summary>
    private string FullPath(object? given, string key, string operation)
    {
        var text = given is null ? "" : LanguagePrimitives.ConvertTo<string>(given);
        if (string.IsNullOrWhiteSpace(text))
        {
            // The core says that it is missing.
            return "";
        }

        if (CallerPath.Of(caller, text, out var why) is { } full)
        {
            return full;
        }

        findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"Operation '{operation}': the {key} '{text}' is not a path of the file system: {why!.Message.TrimEnd('.')}.", operation));
        return text;
    }

    private Dictionary<string, object?>? Headers(object? value, string operation)
    {
        if (value is null)
        {
            return null;
        }

        if (value is not IDictionary dictionary)
        {
            findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"The Headers of operation '{operation}' are not a dictionary.", operation, "Write Headers = @{ Authorization = 'secret://name' }."));
            return null;
        }

        var headers = new Dictionary<string, object?>();
        foreach (DictionaryEntry entry in dictionary)
        {
            if ((entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value) is SecureString or PSCredential)
            {
                // As text it would be the name of its type.
                findings.Add(new LabFinding(
                    LabRunnerError.InvalidValue,
                    $"The value '{entry.Key}' in the Headers of operation '{operation}' is not a text.",
                    operation,
                    "Store the secret, and write 'secret://name': the server gets its text, and nothing else sees it."));
                continue;
            }

            headers[LanguagePrimitives.ConvertTo<string>(entry.Key)] = entry.Value is null ? "" : LanguagePrimitives.ConvertTo<string>(entry.Value);
        }

        return headers;
    }

    private long? Bytes(object value, string operation)
    {
        if (Amounts.Bytes(value) is { } bytes)
        {
            return bytes;
        }

        findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"The MaxSize '{value}' of operation '{operation}' is not a size.", operation, "Write 500MB, or a number of bytes."));
        return null;
    }

    private long? Count(string key, object value, long least, long most, string operation)
    {
        if (Amounts.Whole(value) is { } count && count >= least && count <= most)
        {
            return count;
        }

        findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"Operation '{operation}': {key} cannot be '{value}'.", operation, $"Write a number from {least} to {most}."));
        return null;
    }

    private string? Word(string key, object value, string[] known, string operation)
    {
        var word = LanguagePrimitives.ConvertTo<string>(value).Trim();
        if (known.Contains(word, StringComparer.OrdinalIgnoreCase))
        {
            return word.ToLowerInvariant();
        }

        findings.Add(new LabFinding(
            LabRunnerError.InvalidValue,
            $"Operation '{operation}': {key} cannot be '{value}'.",
            operation,
            $"Write '{string.Join("', '", known[..^1])}' or '{known[^1]}'."));
        return null;
    }
}
