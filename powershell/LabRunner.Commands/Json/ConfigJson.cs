using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.Json;
using LabRunner.Errors;

namespace LabRunner.Json;

/// <summary>Writes configuration that a script holds as JSON, which the core can write in any format.</summary>
internal static class ConfigJson
{
    private const int Deepest = 100;

    /// <summary>The document: tables and objects with their keys in order, lists, text, numbers.</summary>
    /// <exception cref="LabRunnerException">It nests too deeply, as what refers to itself does.</exception>
    internal static byte[] Of(object? value) => JsonText.Bytes(json => Write(json, value, 0), 1024);

    private static void Write(Utf8JsonWriter json, object? item, int depth)
    {
        if (depth > Deepest)
        {
            throw LabRunnerError.Contradiction($"The configuration nests more than {Deepest} levels deep.", "Leave out what refers to itself.");
        }

        switch (item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal or BigInteger:
                json.WriteRawValue(Convert.ToString(item is PSObject number ? number.BaseObject : item, CultureInfo.InvariantCulture)!);
                break;
            case double real when double.IsFinite(real):
                json.WriteNumberValue(real);
                break;
            case float real when float.IsFinite(real):
                json.WriteNumberValue(real);
                break;
            case DateTime time:
                json.WriteStringValue(time);
                break;
            case IDictionary table:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in table)
                {
                    json.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "");
                    Write(json, entry.Value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case PSCustomObject:
                json.WriteStartObject();
                foreach (var property in PSObject.AsPSObject(item).Properties)
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var entry in list)
                {
                    Write(json, entry, depth + 1);
                }

                json.WriteEndArray();
                break;
            case var other:
                json.WriteStringValue(LanguagePrimitives.ConvertTo<string>(other));
                break;
        }
    }
}
