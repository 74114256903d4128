using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LabRunner.Config;

/// <summary>Turns a document of the core into the objects a script works with.</summary>
internal static class ConfigValues
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 512 };

    /// <summary>Reads a whole document.</summary>
    internal static JsonDocument Parse(ReadOnlyMemory<byte> document) => JsonDocument.Parse(document, Reading);

    /// <summary>
    /// Mappings become <see cref="LabConfigNode"/>, sequences arrays, whole numbers the smallest of int, long and
    /// BigInteger that holds them, other numbers doubles. Text stays text: a size such as <c>4GB</c> is the script's to read.
    /// </summary>
    internal static object? From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Mapping(element),
        JsonValueKind.Array => Sequence(element),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => Number(element),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A mapping; an empty one for anything else.</summary>
    internal static LabConfigNode Mapping(JsonElement element)
    {
        var node = new LabConfigNode();
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in element.EnumerateObject())
            {
                node[entry.Name] = From(entry.Value);
            }
        }

        return node;
    }

    private static object?[] Sequence(JsonElement element)
    {
        var items = new object?[element.GetArrayLength()];
        var place = 0;
        foreach (var item in element.EnumerateArray())
        {
            items[place++] = From(item);
        }

        return items;
    }

    private static object Number(JsonElement element)
    {
        if (element.TryGetInt32(out var small))
        {
            return small;
        }

        if (element.TryGetInt64(out var large))
        {
            return large;
        }

        var text = element.GetRawText();
        return text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : element.GetDouble();
    }
}
