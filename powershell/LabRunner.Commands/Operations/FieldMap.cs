using System.Collections;
using System.Management.Automation;

namespace LabRunner.Operations;

/// <summary>The keys of a dictionary or the properties of an object, whatever their case and word separators.</summary>
/// <remarks><c>Depends-On</c>, <c>depends_on</c> and <c>DependsOn</c> are one key.</remarks>
internal sealed class FieldMap
{
    private readonly Dictionary<string, Field> _fields = new(StringComparer.OrdinalIgnoreCase);

    // Each operation is asked for every name there is, and nearly none has an unknown key: a list costs a third of a set.
    private readonly List<string> _asked = new(48);
    private List<(string One, string Other)>? _twice;

    private FieldMap()
    {
    }

    /// <summary>The names that were asked for.</summary>
    internal IEnumerable<string> Known => _asked.Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys that were not read, as the user spelled them.</summary>
    internal IEnumerable<string> Unknown => _fields.Values.Where(one => !one.IsTaken).Select(one => one.Spelled);

    /// <summary>Keys that mean the same, two by two, as the user spelled them.</summary>
    internal IReadOnlyList<(string One, string Other)> Twice => _twice ?? [];

    /// <summary>Reads a dictionary or an object with properties; nothing for anything else.</summary>
    internal static FieldMap? Of(object? item)
    {
        var target = item is PSObject wrapped ? wrapped.BaseObject : item;
        var map = new FieldMap();
        switch (target)
        {
            case IDictionary dictionary:
                foreach (DictionaryEntry entry in dictionary)
                {
                    map.Add(LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value);
                }

                return map;
            case null or string or ValueType or IEnumerable or ScriptBlock:
                return null;
            default:
                foreach (var property in PSObject.AsPSObject(item).Properties)
                {
                    if (property.IsGettable)
                    {
                        map.Add(property.Name, Value(property));
                    }
                }

                return map;
        }
    }

    /// <summary>The value of the first of the names that is there and is not null.</summary>
    internal object? Take(params ReadOnlySpan<string> names)
    {
        object? found = null;
        string? by = null;
        foreach (var name in names)
        {
            _asked.Add(name);
            if (!_fields.TryGetValue(name, out var field))
            {
                continue;
            }

            field.IsTaken = true;
            if (field.Value is null)
            {
                continue;
            }

            if (by is not null)
            {
                Add(by, field.Spelled);
                continue;
            }

            by = field.Spelled;
            found = field.Value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : field.Value;
        }

        return found;
    }

    /// <summary>Whether the key is there, be its value null.</summary>
    internal bool Has(string name) => _fields.ContainsKey(name);

    private static object? Value(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    private void Add(string key, object? value)
    {
        var plain = key.Contains('-', StringComparison.Ordinal) || key.Contains('_', StringComparison.Ordinal)
            ? key.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)
            : key;
        if (!_fields.TryAdd(plain, new Field(key, value)))
        {
            Add(_fields[plain].Spelled, key);
        }
    }

    // What is asked for twice is said once.
    private void Add(string one, string other)
    {
        _twice ??= [];
        if (!_twice.Contains((one, other)))
        {
            _twice.Add((one, other));
        }
    }

    /// <summary>A key. A class, for a dictionary of structs of ours is code that the first call of a process must compile.</summary>
    private sealed class Field(string spelled, object? value)
    {
        /// <summary>As the user wrote it.</summary>
        internal string Spelled { get; } = spelled;

        /// <summary>What it has.</summary>
        internal object? Value { get; } = value;

        /// <summary>Whether it was asked for.</summary>
        internal bool IsTaken { get; set; }
    }
}
