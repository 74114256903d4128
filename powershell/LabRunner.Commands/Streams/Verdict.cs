using System.Collections;
using System.Management.Automation;

namespace LabRunner.Streams;

/// <summary>Reads the <c>Success</c> and <c>Error</c> that an operation's only output object may carry.</summary>
internal static class Verdict
{
    /// <summary>Whether the object has a Success that is <c>$false</c>.</summary>
    internal static bool SaysNo(object item, out string? reason)
    {
        reason = null;
        var target = item is PSObject wrapped ? wrapped.BaseObject : item;
        if (target is string or ValueType)
        {
            return false;
        }

        if (!TryGet(item, target, "Success", out var success) || Unwrap(success) is not false)
        {
            return false;
        }

        if (TryGet(item, target, "Error", out var error) && error is not null)
        {
            reason = LanguagePrimitives.ConvertTo<string>(error);
        }

        return true;
    }

    /// <summary>Whether the object is <c>$false</c>, as Test- commands write it.</summary>
    internal static bool IsFalse(object item) => Unwrap(item) is false;

    private static bool TryGet(object item, object target, string name, out object? value)
    {
        value = null;
        if (target is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                if (entry.Key is string key && key.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    value = entry.Value;
                    return true;
                }
            }

            return false;
        }

        try
        {
            var property = PSObject.AsPSObject(item).Properties[name];
            value = property?.Value;
            return property is not null;
        }
        catch (GetValueException)
        {
            // A property that throws says nothing about success.
            return false;
        }
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
