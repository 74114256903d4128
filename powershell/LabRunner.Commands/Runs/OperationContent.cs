using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using LabRunner.Labs;
using LabRunner.Operations;

namespace LabRunner.Runs;

/// <summary>The script of an operation and the values it gets as text, by which the core knows it again in another run.</summary>
/// <remarks>The core writes hashes of it only: the plain one of the script, and one with the user's own key of the values.</remarks>
internal static class OperationContent
{
    // Deeper values are those of live objects, and may lead in a circle.
    private const int Deepest = 8;

    // A script file beyond that is known again by its length and its time.
    private const int LargestFile = 1 << 20;

    /// <summary>Writes script and values as an array of two; nothing for what the core knows itself.</summary>
    internal static void Write(Utf8JsonWriter json, OperationDefinition operation)
    {
        json.WriteStartArray();
        if (operation.Work is ScriptWork script)
        {
            json.WriteStringValue(script is { RecordedText: { } text, File: { } file } ? Recorded(text, file) : Block(script));
            json.WriteStringValue(Values(script));
        }
        else
        {
            json.WriteNullValue();
            json.WriteNullValue();
        }

        json.WriteEndArray();
    }

    private static string Block(ScriptWork script) => script.Command switch
    {
        ScriptBlock block => PlacedText.Of(block),
        string path when script.IsFile => FileText(path),
        var other => other.ToString() ?? "",
    };

    // The same as of the file. What a large file is known by is not recorded, and so is not compared.
    private static string? Recorded(string text, string path) => text.Length <= LargestFile ? OfFile(path, text) : null;

    private static string OfFile(string path, string text) => $"{Path.GetFileName(path)}\n{text}";

    private static string FileText(string path)
    {
        try
        {
            FileInfo file = new(path);
            return file.Length <= LargestFile ? OfFile(path, File.ReadAllText(path)) : $"{file.Name}\n{file.Length} {file.LastWriteTimeUtc:O}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Whether it is there is decided when it is run.
            return path;
        }
    }

    private static string Values(ScriptWork script)
    {
        if (script.Named.Count == 0 && script.Positional.Length == 0)
        {
            return "";
        }

        StringBuilder text = new();
        Value(text, script.Named, 0);
        Value(text, script.Positional, 0);
        return text.ToString();
    }

    // References to secrets are text. Of live objects the type alone counts: what they say of themselves may be different each time.
    private static void Value(StringBuilder text, object? value, int depth)
    {
        switch (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value)
        {
            case null:
                text.Append("null");
                break;
            case string plain:
                text.Append(CultureInfo.InvariantCulture, $"\"{plain.Length}:{plain}\"");
                break;
            case ScriptBlock block:
                text.Append(CultureInfo.InvariantCulture, $"{{{block}}}");
                break;
            case bool or char or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal or DateTime or DateTimeOffset or TimeSpan or Guid or Uri or Version or Enum:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case SwitchParameter flag:
                text.Append(flag.IsPresent);
                break;
            case FileSystemInfo file:
                text.Append(file.FullName);
                break;
            case IDictionary map when depth < Deepest:
                Members(text, map.Keys.Cast<object>().Select(key => (Key: Convert.ToString(key, CultureInfo.InvariantCulture) ?? "", Value: (object?)map[key])), depth);
                break;
            case PSObject custom when depth < Deepest:
                Members(text, custom.Properties.Where(property => property.MemberType == PSMemberTypes.NoteProperty).Select(property => (Key: property.Name, Value: (object?)property.Value)), depth);
                break;
            case IList list when depth < Deepest:
                text.Append('[');
                foreach (var item in list)
                {
                    Value(text, item, depth + 1);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case var live:
                text.Append(live.GetType().FullName);
                break;
        }
    }

    private static void Members(StringBuilder text, IEnumerable<(string Key, object? Value)> members, int depth)
    {
        text.Append('{');
        foreach (var (key, value) in members.OrderBy(member => member.Key, StringComparer.OrdinalIgnoreCase))
        {
            text.Append(CultureInfo.InvariantCulture, $"{key.ToLowerInvariant()}=");
            Value(text, value, depth + 1);
            text.Append(';');
        }

        text.Append('}');
    }
}
