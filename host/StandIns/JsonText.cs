using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.PowerShell.Commands;

/// <summary>Writes objects as JSON text the way ConvertTo-Json does.</summary>
internal sealed class JsonTextWriter(int depth, bool enumsAsStrings, bool compress)
{
    /// <summary>Whether something lay deeper than the allowed depth and was written as text.</summary>
    public bool Truncated { get; private set; }

    public string Text(object? value)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = !compress, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000 };
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            Write(writer, value, 0);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private void Write(Utf8JsonWriter writer, object? value, int level)
    {
        var wrapped = value as PSObject;
        var plain = wrapped?.BaseObject ?? value;
        if (WriteScalar(writer, plain))
        {
            return;
        }

        if (level > depth)
        {
            Truncated = true;
            writer.WriteStringValue(LanguagePrimitives.ConvertTo<string>(value));
            return;
        }

        switch (plain)
        {
            case IDictionary table:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in table)
                {
                    writer.WritePropertyName(LanguagePrimitives.ConvertTo<string>(entry.Key));
                    Write(writer, entry.Value, level + 1);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item, level + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var (name, member) in Members(wrapped ?? PSObject.AsPSObject(plain)))
                {
                    writer.WritePropertyName(name);
                    Write(writer, member, level + 1);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static IEnumerable<(string Name, object? Value)> Members(PSObject value)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in value.Properties.Where(p => p.MemberType != PSMemberTypes.CodeProperty && names.Add(p.Name)))
        {
            yield return (property.Name, PropertyArgument.Read(property));
        }

        if (value.BaseObject is PSCustomObject)
        {
            yield break;
        }

        foreach (var field in value.BaseObject.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance).Where(f => names.Add(f.Name)))
        {
            yield return (field.Name, field.GetValue(value.BaseObject));
        }
    }

    private bool WriteScalar(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                writer.WriteNullValue();
                return true;
            case string text:
                writer.WriteStringValue(text);
                return true;
            case char letter:
                writer.WriteStringValue(letter.ToString());
                return true;
            case bool flag:
                writer.WriteBooleanValue(flag);
                return true;
            case DateTime date:
                writer.WriteStringValue(date);
                return true;
            case DateTimeOffset date:
                writer.WriteStringValue(date);
                return true;
            case Guid id:
                writer.WriteStringValue(id);
                return true;
            case Type type:
                writer.WriteStringValue(type.AssemblyQualifiedName);
                return true;
            case Uri uri:
                writer.WriteStringValue(uri.OriginalString);
                return true;
            case Enum choice when enumsAsStrings:
                writer.WriteStringValue(choice.ToString());
                return true;
            case Enum choice:
                WriteNumber(writer, choice.ToString("D"));
                return true;
            case double or float or decimal:
                WriteFraction(writer, (IFormattable)value);
                return true;
            case byte or sbyte or short or ushort or int or uint or long or ulong or BigInteger:
                WriteNumber(writer, ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                return true;
            default:
                return false;
        }
    }

    private static void WriteFraction(Utf8JsonWriter writer, IFormattable value)
    {
        var text = value.ToString(null, CultureInfo.InvariantCulture);
        if (text is "NaN" or "Infinity" or "-Infinity")
        {
            writer.WriteStringValue(text);
            return;
        }

        WriteNumber(writer, text.AsSpan().IndexOfAny(".Ee") < 0 ? text + ".0" : text);
    }

    private static void WriteNumber(Utf8JsonWriter writer, string text)
    {
        // A decimal keeps the digits it was read from; a raw value, for what does not fit, is not indented in arrays.
        if (text.AsSpan().IndexOfAny('E', 'e') < 0 && text.Length < 28)
        {
            writer.WriteNumberValue(decimal.Parse(text, CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteRawValue(text);
        }
    }
}

/// <summary>Reads JSON text into the objects ConvertFrom-Json gives.</summary>
internal static partial class JsonTextReader
{
    public static object? Read(string text, bool asHashtable, int depth)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = depth };
        using var document = JsonDocument.Parse(text, options);
        return Value(document.RootElement, asHashtable);
    }

    private static object? Value(JsonElement element, bool asHashtable) => element.ValueKind switch
    {
        JsonValueKind.Object => asHashtable ? Table(element) : Object(element),
        JsonValueKind.Array => element.EnumerateArray().Select(item => Value(item, asHashtable)).ToArray(),
        JsonValueKind.String => Text(element.GetString()!),
        JsonValueKind.Number => Number(element.GetRawText()),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static OrderedHashtable Table(JsonElement element)
    {
        var table = new OrderedHashtable();
        foreach (var member in element.EnumerateObject())
        {
            table[member.Name] = Value(member.Value, asHashtable: true);
        }

        return table;
    }

    private static PSObject Object(JsonElement element)
    {
        var result = new PSObject();
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.Length == 0)
            {
                throw new InvalidOperationException("The provided JSON includes a property whose name is an empty string, this is only supported using the -AsHashTable switch.");
            }

            if (result.Properties[member.Name] is { } known)
            {
                throw new InvalidOperationException($"Cannot convert the JSON string because it contains keys with different casing, or twice the same: '{known.Name}' and '{member.Name}'.");
            }

            result.Properties.Add(new PSNoteProperty(member.Name, Value(member.Value, asHashtable: false)));
        }

        return result;
    }

    private static object Text(string text)
    {
        if (IsoDate().IsMatch(text) && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var date))
        {
            return date;
        }

        return text;
    }

    private static object Number(string text)
    {
        if (text.AsSpan().IndexOfAny(".eE") >= 0)
        {
            return double.Parse(text, CultureInfo.InvariantCulture);
        }

        return long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : BigInteger.Parse(text, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?$")]
    private static partial Regex IsoDate();
}

/// <summary>Stand-in for ConvertTo-Json, without -EscapeHandling.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> _inputs = [];

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Compress { get; set; }

    [Parameter]
    public SwitchParameter EnumsAsStrings { get; set; }

    [Parameter]
    public SwitchParameter AsArray { get; set; }

    protected override void ProcessRecord() => _inputs.Add(InputObject);

    protected override void EndProcessing()
    {
        if (_inputs.Count == 0)
        {
            return;
        }

        var writer = new JsonTextWriter(Depth, EnumsAsStrings, Compress);
        WriteObject(writer.Text(_inputs.Count > 1 || AsArray ? _inputs : _inputs[0]));
        if (writer.Truncated)
        {
            WriteWarning($"Resulting JSON is truncated as serialization has exceeded the set depth of {Depth}.");
        }
    }
}

/// <summary>Stand-in for ConvertFrom-Json.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly List<string> _lines = [];

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = string.Empty;

    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; } = 1024;

    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    protected override void ProcessRecord() => _lines.Add(InputObject);

    protected override void EndProcessing()
    {
        var text = string.Join(Environment.NewLine, _lines);
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        try
        {
            WriteObject(JsonTextReader.Read(text, AsHashtable, Depth), enumerateCollection: !NoEnumerate);
        }
        catch (JsonException error)
        {
            throw new ArgumentException("Conversion from JSON failed with error: " + error.Message, error);
        }
    }
}
