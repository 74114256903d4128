using System.Text.Json;

namespace LabRunner.Interop;

/// <summary>What the readers have in common that read documents member by member.</summary>
/// <remarks>
/// Every run reads events and a result, in the first call of a process too. Read by generated metadata, they make the runtime compile
/// some five hundred methods in that call, nearly all of them System.Text.Json's own for each type of number.
/// </remarks>
internal static class ReaderExtensions
{
    /// <summary>Reads one member, whose value is the next token.</summary>
    internal delegate void Member<T>(ref Utf8JsonReader reader, T into);

    /// <summary>Whether this is the name of the member; then its value is the next token.</summary>
    internal static bool Is(this ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    /// <summary>Whether the value is null.</summary>
    internal static bool IsNull(this ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null;

    /// <summary>Reads the members of an object, which begins here.</summary>
    /// <exception cref="JsonException">It is not an object.</exception>
    internal static T Object<T>(this ref Utf8JsonReader reader, T into, Member<T> member)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            member(ref reader, into);
        }

        Expect(reader.TokenType == JsonTokenType.EndObject);
        return into;
    }

    /// <summary>Reads an array of objects, which begins here.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    internal static T[] Array<T>(this ref Utf8JsonReader reader, Member<T> member)
        where T : class, new()
    {
        Expect(reader.TokenType == JsonTokenType.StartArray);
        var items = new List<T>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            items.Add(reader.Object(new T(), member));
        }

        Expect(reader.TokenType == JsonTokenType.EndArray);
        return [.. items];
    }

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new JsonException("The core gave a document of another shape than this version reads.");
        }
    }
}
