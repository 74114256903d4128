using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LabRunner.Labs;

/// <summary>Turns a document of the core into the objects a script works with.</summary>
internal static class ConfigValues
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 512 };

    /// <summary>Reads a whole document.</summary>
    internal static JsonDocument Parse(ReadOnlyMemory<byte> document) => JsonDocument.Parse(document, Reading);

    /// <summary>
    /// Mappings become <see cref="LabConfigNode"/>, sequences arrays, and numbers the first of int, long, BigInteger, double
    /// and decimal that writes them as the file does; <c>1e3</c>, which none does, is text, as is a size such as <c>4GB</c>.
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

    // The first type that writes the number as the file does; a number that none of them would is its text.
    private static object Number(JsonElement element)
    {
        // Whole numbers have one spelling in JSON, but for zero.
        if (element.TryGetInt32(out var small) && small != 0)
        {
            return small;
        }

        if (element.TryGetInt64(out var large) && large != 0)
        {
            return large;
        }

        var text = element.GetRawText();
        if (text == "0")
        {
            return 0;
        }

        if (text.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && text != "-0")
        {
            return BigInteger.Parse(text, CultureInfo.InvariantCulture);
        }

        if (element.TryGetDouble(out var real) && double.IsFinite(real) && real.ToString("R", CultureInfo.InvariantCulture) == text)
        {
            return real;
        }

        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exact)
            && exact.ToString(CultureInfo.InvariantCulture) == text
                ? exact
                : text;
    }
}
