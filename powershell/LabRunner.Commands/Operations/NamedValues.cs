using System.Collections;
using System.Management.Automation;

namespace LabRunner.Operations;

/// <summary>Names with values, the names as the user spelled them: pools and locks are the user's own.</summary>
internal static class NamedValues
{
    /// <summary>The entries of a dictionary or an object, or the names of a text or a list, without a value; nothing for anything else.</summary>
    internal static List<KeyValuePair<string, object?>>? Of(object value)
    {
        var entries = new List<KeyValuePair<string, object?>>();
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case string name:
                entries.Add(new(name, null));
                break;
            case IDictionary dictionary:
                foreach (DictionaryEntry entry in dictionary)
                {
                    entries.Add(new(LanguagePrimitives.ConvertTo<string>(entry.Key), Plain(entry.Value)));
                }

                break;
            case PSCustomObject:
                foreach (var property in PSObject.AsPSObject(value).Properties)
                {
                    entries.Add(new(property.Name, Plain(property.Value)));
                }

                break;
            case IEnumerable list:
                foreach (var item in list)
                {
                    if (Plain(item) is not string name)
                    {
                        return null;
                    }

                    entries.Add(new(name, null));
                }

                break;
            default:
                return null;
        }

        return entries.Exists(entry => string.IsNullOrWhiteSpace(entry.Key)) ? null : entries;
    }

    private static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}
