using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Numerics;
using System.Reflection;

namespace LabRunner;

/// <summary>Objects as plain data, for what writes them to a file: text, numbers, dates, and lists and dictionaries of them.</summary>
/// <remarks>
/// A live object - a file, a process - leads to its folder, its module, its assembly and so on without end. Of one its own properties are
/// left, those that are not plain data as text: what ConvertTo-Json shows of it at its own depth.
/// </remarks>
internal static class PlainValue
{
    private const int MaxDepth = 16;

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Shown = new();

    /// <summary>Whether a value is plain as it is.</summary>
    internal static bool Is(object? value) => Is(value, 0);

    /// <summary>The value, or what it is as plain data.</summary>
    internal static object? Of(object? value) => Is(value) ? value : Of(value, 0);

    private static bool Is(object? value, int depth)
    {
        if (depth > MaxDepth)
        {
            return false;
        }

        switch (value)
        {
            case null or string or DateTime or DateTimeOffset or TimeSpan or Guid or decimal or BigInteger or Enum or Version or Uri or DBNull:
                return true;
            case PSObject { BaseObject: PSCustomObject } custom:
                return custom.Properties.All(property => property is PSNoteProperty && Is(property.Value, depth + 1));
            case PSObject wrapped:
                return Is(wrapped.BaseObject, depth);
            case IDictionary dictionary:
                foreach (DictionaryEntry entry in dictionary)
                {
                    if (!Is(entry.Value, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case IList list:
                return list.GetType().GetElementType() is { IsPrimitive: true } || list.Cast<object?>().All(item => Is(item, depth + 1));
            default:
                return value.GetType().IsPrimitive;
        }
    }

    private static object? Of(object? value, int depth)
    {
        if (Is(value, depth))
        {
            return value;
        }

        switch (value)
        {
            case PSObject { BaseObject: PSCustomObject } custom:
                return With(new PSObject(), custom.Properties, depth);
            case PSObject wrapped when wrapped.BaseObject is IDictionary or IList:
                return Of(wrapped.BaseObject, depth);
            case IDictionary dictionary when depth < MaxDepth:
                var copy = new OrderedDictionary();
                foreach (DictionaryEntry entry in dictionary)
                {
                    copy[$"{entry.Key}"] = Of(entry.Value, depth + 1);
                }

                return copy;
            case IList list when depth < MaxDepth:
                return list.Cast<object?>().Select(item => Of(item, depth + 1)).ToArray();
            case PSObject live:
                return With(Live(live.BaseObject), live.Properties.Where(property => property.IsInstance), MaxDepth);
            default:
                return depth < MaxDepth ? Live(value!) : $"{value}";
        }
    }

    private static PSObject Live(object value)
    {
        var copy = new PSObject();
        foreach (var property in Shown.GetOrAdd(value.GetType(), Look))
        {
            copy.Properties.Add(new PSNoteProperty(property.Name, Flat(() => property.GetValue(value))));
        }

        return copy;
    }

    private static PSObject With(PSObject copy, IEnumerable<PSPropertyInfo> properties, int depth)
    {
        foreach (var property in properties)
        {
            if (copy.Properties[property.Name] is null)
            {
                copy.Properties.Add(new PSNoteProperty(property.Name, depth >= MaxDepth ? Flat(() => property.Value) : Of(Read(() => property.Value), depth + 1)));
            }
        }

        return copy;
    }

    // What has no text of its own would be shown by the name of its type, and may be costly to get: the modules of a process.
    private static PropertyInfo[] Look(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0 && !property.PropertyType.IsByRefLike && HasText(property.PropertyType))
            .DistinctBy(property => property.Name),
    ];

    private static bool HasText(Type type) =>
        type == typeof(object) || type.IsArray || type.IsInterface || type.GetMethod(nameof(ToString), Type.EmptyTypes)?.DeclaringType != typeof(object);

    private static object? Flat(Func<object?> read)
    {
        var value = Read(read);
        return Is(value) ? value : $"{value}";
    }

    // A property that cannot be read now - of a process that has ended - has no value.
    private static object? Read(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is TargetInvocationException or GetValueException or RuntimeException)
        {
            return null;
        }
    }
}
