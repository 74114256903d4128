using System.Collections;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>One value of a -Property parameter: a name with wildcards, a script block, or a table with Name and Expression.</summary>
internal sealed class PropertyArgument
{
    private readonly ScriptBlock? _script;
    private readonly string _pattern;

    private PropertyArgument(string label, string pattern, ScriptBlock? script, bool? descending)
    {
        Label = label;
        _pattern = pattern;
        _script = script;
        Descending = descending;
    }

    /// <summary>The name of what comes out.</summary>
    public string Label { get; }

    /// <summary>The order this property asks for, if it asks for one.</summary>
    public bool? Descending { get; }

    /// <summary>Reads the values of a -Property parameter.</summary>
    public static List<PropertyArgument> From(object[]? values) => (values ?? []).Select(From).ToList();

    private static PropertyArgument From(object value)
    {
        value = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (value)
        {
            case ScriptBlock script:
                return new PropertyArgument(script.ToString(), string.Empty, script, null);
            case IDictionary table:
                return FromTable(table);
            default:
                var name = LanguagePrimitives.ConvertTo<string>(value);
                return new PropertyArgument(name, name, null, null);
        }
    }

    private static PropertyArgument FromTable(IDictionary table)
    {
        object? expression = null;
        string? label = null;
        bool? descending = null;
        foreach (DictionaryEntry entry in table)
        {
            var key = LanguagePrimitives.ConvertTo<string>(entry.Key);
            var argument = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            if (IsStartOf(key, "Name") || IsStartOf(key, "Label"))
            {
                label = LanguagePrimitives.ConvertTo<string>(argument);
            }
            else if (IsStartOf(key, "Expression"))
            {
                expression = argument;
            }
            else if (IsStartOf(key, "Descending"))
            {
                descending = LanguagePrimitives.IsTrue(argument);
            }
            else if (IsStartOf(key, "Ascending"))
            {
                descending = !LanguagePrimitives.IsTrue(argument);
            }
            else
            {
                throw new PSArgumentException($"The key '{key}' of a property table is not supported here.");
            }
        }

        return expression switch
        {
            ScriptBlock script => new PropertyArgument(label ?? script.ToString(), string.Empty, script, descending),
            null when label is null => throw new PSArgumentException("A property table needs the key Expression."),
            _ => Named(label, LanguagePrimitives.ConvertTo<string>(expression ?? label), descending),
        };
    }

    private static PropertyArgument Named(string? label, string pattern, bool? descending) =>
        new(label ?? pattern, pattern, null, descending);

    private static bool IsStartOf(string key, string name) =>
        key.Length > 0 && name.StartsWith(key, StringComparison.OrdinalIgnoreCase);

    /// <summary>The value this property has on an object; null where it has none.</summary>
    public object? ValueOn(PSObject input) => Expand(input).Select(pair => pair.Value).FirstOrDefault();

    /// <summary>Every name and value this property stands for on an object.</summary>
    public IEnumerable<(string Name, object? Value)> Expand(PSObject input)
    {
        if (_script is not null)
        {
            return [(Label, Evaluate(input))];
        }

        if (input.BaseObject is IDictionary table && table.Contains(_pattern))
        {
            return [(Label, table[_pattern])];
        }

        if (!WildcardPattern.ContainsWildcardCharacters(_pattern))
        {
            var property = input.Properties[_pattern];
            return property is null ? [] : [(Label == _pattern ? property.Name : Label, Read(property))];
        }

        var pattern = WildcardPattern.Get(_pattern, WildcardOptions.IgnoreCase);
        return input.Properties.Where(p => pattern.IsMatch(p.Name)).Select(p => (p.Name, Read(p))).ToList();
    }

    /// <summary>Whether this stands for one named property, present or not.</summary>
    public bool IsSingle => _script is not null || !WildcardPattern.ContainsWildcardCharacters(_pattern);

    /// <summary>The value of a property; one that throws has none.</summary>
    public static object? Read(PSPropertyInfo property)
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

    private object? Evaluate(PSObject input)
    {
        try
        {
            var results = _script!.InvokeWithContext(null, [new PSVariable("_", input)]);
            return results.Count switch { 0 => null, 1 => results[0], _ => results.ToArray() };
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            return null;
        }
    }
}
