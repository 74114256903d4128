using System.Collections;

namespace LabRunner;

/// <summary>A hashtable that keeps its keys in the order they came in, and finds them whatever their case.</summary>
/// <remarks>
/// Existing scripts ask <c>-is [hashtable]</c> and <c>ContainsKey</c>, so it is one. A <see cref="Hashtable"/> that several
/// threads read while none writes is safe, and so is this.
/// </remarks>
public abstract class LabTable : Hashtable, IDictionary
{
    private readonly List<object> _order = [];

    private protected LabTable()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }

    /// <summary>The keys in their order; a copy, as a script that changes the table while it goes through them needs.</summary>
    public override ICollection Keys => _order.ToArray();

    /// <summary>The values, in the order of the keys; a copy.</summary>
    public override ICollection Values => _order.Select(key => base[key]).ToArray();

    /// <inheritdoc/>
    public override object? this[object key]
    {
        get => base[key];
        set
        {
            if (!ContainsKey(key))
            {
                _order.Add(key);
            }

            base[key] = value;
        }
    }

    /// <inheritdoc/>
    public override void Add(object key, object? value)
    {
        base.Add(key, value);
        _order.Add(key);
    }

    /// <inheritdoc/>
    public override void Remove(object key)
    {
        if (ContainsKey(key))
        {
            base.Remove(key);
            _order.RemoveAt(_order.FindIndex(known => KeyEquals(known, key)));
        }
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        base.Clear();
        _order.Clear();
    }

    /// <summary>A table of the same kind with the same keys, values and order.</summary>
    public override object Clone()
    {
        var copy = Empty();
        foreach (var key in _order)
        {
            copy[key] = base[key];
        }

        return copy;
    }

    /// <inheritdoc/>
    public override void CopyTo(Array array, int arrayIndex)
    {
        ArgumentNullException.ThrowIfNull(array);
        foreach (var key in _order)
        {
            array.SetValue(new DictionaryEntry(key, base[key]), arrayIndex++);
        }
    }

    /// <inheritdoc/>
    public override IDictionaryEnumerator GetEnumerator() => new Entries(this, _order.GetEnumerator());

    // The base's own would go by its buckets: it is not a virtual method.
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"{{{string.Join(", ", _order)}}}";

    /// <summary>An empty table of the same kind.</summary>
    internal abstract LabTable Empty();

    private sealed class Entries(LabTable table, List<object>.Enumerator keys) : IDictionaryEnumerator
    {
        // Not read-only: a copy of it would never move on.
        private List<object>.Enumerator _keys = keys;

        public DictionaryEntry Entry => new(Key, Value);

        public object Key => _keys.Current;

        public object? Value => table[_keys.Current];

        public object Current => Entry;

        public bool MoveNext() => _keys.MoveNext();

        public void Reset() => _keys = table._order.GetEnumerator();
    }
}
