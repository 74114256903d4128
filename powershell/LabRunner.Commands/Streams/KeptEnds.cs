using System.Collections;

namespace LabRunner.Streams;

/// <summary>The first and the last of what an operation writes, up to a limit; all of it without one.</summary>
internal sealed class KeptEnds<T>(int limit) : IReadOnlyCollection<T>
{
    /// <summary>No limit.</summary>
    internal const int All = int.MaxValue;

    private readonly int _headLimit = limit == All ? All : limit - (limit / 2);
    private readonly int _tailLimit = limit == All ? 0 : limit / 2;
    private readonly List<T> _head = [];
    private Queue<T>? _tail;

    /// <summary>Whether some from the middle are gone.</summary>
    internal bool Truncated { get; private set; }

    /// <inheritdoc/>
    public int Count => _head.Count + (_tail?.Count ?? 0);

    internal void Add(T item)
    {
        if (_head.Count < _headLimit)
        {
            _head.Add(item);
            return;
        }

        if (_tailLimit == 0)
        {
            Truncated = true;
            return;
        }

        _tail ??= new Queue<T>();
        if (_tail.Count == _tailLimit)
        {
            _tail.Dequeue();
            Truncated = true;
        }

        _tail.Enqueue(item);
    }

    internal T[] ToArray() => _tail is null ? [.. _head] : [.. _head, .. _tail];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => (_tail is null ? _head : _head.Concat(_tail)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
