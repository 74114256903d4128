using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace LabRunner.Secrets;

/// <summary>Masks the texts inside of tables, lists and objects made by scripts, however deep.</summary>
/// <remarks>
/// What holds a secret is copied and the copy masked: the script may go on to use what it wrote, with the secret in it.
/// What may be its own is looked at no deeper than <see cref="Deepest"/> levels, no more than once and up to <see cref="Most"/>
/// values, so that a cycle ends and no object keeps an operation from ending; what lies beyond is not handed on.
/// </remarks>
internal sealed class DeepMask
{
    private const int Deepest = 100;
    private const int Most = 200_000;

    private readonly Dictionary<object, object?> _copies = new(ReferenceEqualityComparer.Instance);
    private int _looked;

    /// <summary>The same value when it holds no secret, else a copy without any.</summary>
    internal static object? Of(object? value) => new Search().Finds(value, 0) ? new DeepMask().Masked(value, 0) : value;

    private object? Masked(object? value, int depth)
    {
        if (Plain(value) is string text)
        {
            return SecretMask.Text(text) is var masked && masked == text ? value : masked;
        }

        if (SecretMask.IsSecretNumber(Plain(value)))
        {
            return SecretMask.Mask;
        }

        if (!IsOpen(value))
        {
            return value;
        }

        if (depth >= Deepest || ++_looked > Most)
        {
            return SecretMask.Mask;
        }

        var own = Identity(value!);
        if (_copies.TryGetValue(own, out var known))
        {
            return known;
        }

        return Plain(value) switch
        {
            IDictionary table => Table(own, table, depth),
            IList list => List(own, list, depth),
            _ => Object(own, (PSObject)value!, depth),
        };
    }

    private object Table(object own, IDictionary table, int depth)
    {
        var copy = Empty(table);
        _copies[own] = copy;
        var of = copy.GetType() is { IsGenericType: true } type ? type.GetGenericArguments()[1] : typeof(object);
        foreach (DictionaryEntry entry in table)
        {
            copy[entry.Key is string key ? SecretMask.Text(key) : entry.Key] = Fitting(Masked(entry.Value, depth + 1), of);
        }

        return copy;
    }

    private object List(object own, IList list, int depth)
    {
        var of = list.GetType() is { HasElementType: true } or { IsGenericType: true } ? list.GetType().GetElementType() ?? list.GetType().GetGenericArguments()[0] : typeof(object);
        if (IsNumeric(of))
        {
            // The mask is not a number: a list of numbers with one to hide becomes a list of objects.
            of = typeof(object);
            list = list.Cast<object?>().ToArray();
        }

        var copy = list is Array array ? Array.CreateInstance(of, array.Length) : (IList)Activator.CreateInstance(list.GetType())!;
        _copies[own] = copy;
        for (var place = 0; place < list.Count; place++)
        {
            var masked = Fitting(Masked(list[place], depth + 1), of);
            if (copy.IsFixedSize)
            {
                copy[place] = masked;
            }
            else
            {
                copy.Add(masked);
            }
        }

        return copy;
    }

    private PSObject Object(object own, PSObject made, int depth)
    {
        var copy = made.Copy();
        _copies[own] = copy;
        foreach (var property in copy.Properties.OfType<PSNoteProperty>().Where(property => property.IsSettable))
        {
            var old = property.Value;
            if (Masked(old, depth + 1) is var masked && !ReferenceEquals(masked, old))
            {
                property.Value = masked;
            }
        }

        return copy;
    }

    // The same kind of table, which tells keys apart in the same way.
    private static IDictionary Empty(IDictionary table)
    {
        if (table is LabTable kind)
        {
            return kind.Empty();
        }

        if (table is OrderedDictionary)
        {
            var names = table.Keys.OfType<string>().ToArray();
            return new OrderedDictionary(names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Length ? StringComparer.OrdinalIgnoreCase : null);
        }

        if (IsDictionary(table.GetType()))
        {
            return (IDictionary)Activator.CreateInstance(table.GetType(), table.GetType().GetProperty("Comparer")!.GetValue(table))!;
        }

        var copy = table is Hashtable own ? (Hashtable)own.Clone() : new Hashtable(StringComparer.OrdinalIgnoreCase);
        copy.Clear();
        return copy;
    }

    private static bool IsDictionary(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>);

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);

    // The mask in place of something else that only takes its own kind is nothing.
    private static object? Fitting(object? value, Type wanted) =>
        value is null || wanted.IsInstanceOfType(value) ? value : wanted == typeof(PSObject) ? PSObject.AsPSObject(value) : null;

    private static bool IsOpen(object? value) => Plain(value) switch
    {
        null or string => false,
        IDictionary => true,
        Array { Rank: not 1 } => false,
        Array array => MayHoldText(array.GetType().GetElementType()!),
        IList list => list.GetType() == typeof(ArrayList) || (IsList(list.GetType()) && MayHoldText(list.GetType().GetGenericArguments()[0])),
        PSObject { BaseObject: PSCustomObject } => true,
        _ => false,
    };

    private static bool MayHoldText(Type element) => (SecretMask.HasNumber && IsNumeric(element)) || element.IsInterface || element == typeof(PSObject) || element.IsAssignableFrom(typeof(string)) || typeof(IEnumerable).IsAssignableFrom(element);

    // Bytes are data and not numbers.
    private static bool IsNumeric(Type type) => Type.GetTypeCode(type) is (>= TypeCode.Int16 and <= TypeCode.Decimal) && !type.IsEnum;

    private static object Identity(object value) => Plain(value) is var plain && plain is PSObject made ? made : plain!;

    private static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>Whether there is anything to mask: most of what is written has nothing, and stays what it is.</summary>
    private sealed class Search
    {
        private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

        internal bool Finds(object? value, int depth)
        {
            if (Plain(value) is string text)
            {
                return SecretMask.Text(text) != text;
            }

            if (SecretMask.IsSecretNumber(Plain(value)))
            {
                return true;
            }

            if (!IsOpen(value) || !_seen.Add(Identity(value!)))
            {
                return false;
            }

            // What is not looked at may hold one.
            if (depth >= Deepest || _seen.Count > Most)
            {
                return true;
            }

            return Plain(value) switch
            {
                IDictionary table => table.Keys.Cast<object>().Any(key => key is string name && SecretMask.Text(name) != name) || table.Values.Cast<object?>().Any(item => Finds(item, depth + 1)),
                IList list => list.Cast<object?>().Any(item => Finds(item, depth + 1)),
                _ => ((PSObject)value!).Properties.OfType<PSNoteProperty>().Any(property => Finds(property.Value, depth + 1)),
            };
        }
    }
}
