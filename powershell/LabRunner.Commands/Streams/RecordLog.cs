namespace LabRunner.Streams;

/// <summary>The first and the last records of an operation, up to a limit.</summary>
internal sealed class RecordLog(int limit)
{
    private readonly int _headLimit = (limit + 1) / 2;
    private readonly int _tailLimit = limit / 2;
    private List<LabRecord>? _head;
    private Queue<LabRecord>? _tail;

    /// <summary>Whether some from the middle are gone.</summary>
    internal bool Truncated { get; private set; }

    internal void Add(LabRecord record)
    {
        if ((_head ??= []).Count < _headLimit)
        {
            _head.Add(record);
            return;
        }

        if (_tailLimit == 0)
        {
            Truncated = true;
            return;
        }

        _tail ??= new Queue<LabRecord>();
        if (_tail.Count == _tailLimit)
        {
            _tail.Dequeue();
            Truncated = true;
        }

        _tail.Enqueue(record);
    }

    internal LabRecord[] ToArray() => _head is null ? [] : _tail is null ? [.. _head] : [.. _head, .. _tail];
}
