using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LabRunner.Json;

/// <summary>Writes JSON: for the core, which reads it as it comes, and for people.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions ForPeople = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A document in UTF-8, without a space.</summary>
    /// <param name="body">Writes it.</param>
    /// <param name="size">About how long it will be.</param>
    internal static byte[] Bytes(Action<Utf8JsonWriter> body, int size = 256) => Written(body, default, size).WrittenSpan.ToArray();

    /// <summary>A document with line breaks, in which every letter stands for itself.</summary>
    internal static string Indented<T>(T document, JsonTypeInfo<T> type) =>
        Encoding.UTF8.GetString(Written(json => JsonSerializer.Serialize(json, document, type), ForPeople, 1024).WrittenSpan);

    /// <summary>A number, or null.</summary>
    internal static void WriteNumber(this Utf8JsonWriter json, string key, long? number)
    {
        if (number is { } some)
        {
            json.WriteNumber(key, some);
        }
        else
        {
            json.WriteNull(key);
        }
    }

    /// <summary>A list of texts.</summary>
    internal static void WriteStrings(this Utf8JsonWriter json, string key, IEnumerable<string> texts)
    {
        json.WriteStartArray(key);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static ArrayBufferWriter<byte> Written(Action<Utf8JsonWriter> body, JsonWriterOptions options, int size)
    {
        var buffer = new ArrayBufferWriter<byte>(size);
        using var json = new Utf8JsonWriter(buffer, options);
        body(json);
        json.Flush();
        return buffer;
    }
}
