using LabRunner.Runs;

namespace LabRunner.Streams;

/// <summary>What a run hands to the thread of its cmdlet: records, bounded, and events, which always fit.</summary>
/// <remarks>
/// Workers wait while it is full, so that a script that writes faster than it is read keeps memory flat; a stop ends
/// their wait. The control thread must never wait: its events are few and small, and what programs write is held back
/// in the core, of which some thousand lines may be on their way.
/// </remarks>
/// <param name="hold">Holds back what programs write, or lets it go on. Called under the queue's lock; must not wait.</param>
/// <param name="recordLimit">Records that the queue has room for.</param>
/// <param name="byteLimit">Bytes that it has room for.</param>
internal sealed class BoundedQueue(Action<bool> hold, int recordLimit = 4096, long byteLimit = 32L << 20)
{
    private readonly object _gate = new();
    private readonly Queue<RunItem> _items = new();
    private int _records;
    private long _bytes;
    private int _waitingWriters;
    private bool _readerWaits;
    private bool _closed;
    private bool _holds;

    /// <summary>Puts an item; a record waits for room, unless the queue is closed or the writer is stopped.</summary>
    internal void Put(in RunItem item, IBlockedWriter? writer)
    {
        lock (_gate)
        {
            if (item.IsWritten)
            {
                if (!_closed && IsFull && writer is not null)
                {
                    WaitForRoom(writer);
                }

                if (_closed)
                {
                    return;
                }

                _records++;
                _bytes += item.Size;
                if (writer is null && IsFull)
                {
                    Hold(true);
                }
            }

            _items.Enqueue(item);
            if (_readerWaits)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Takes the next item, or nothing when the time is over.</summary>
    internal bool TryTake(out RunItem item, int waitMs)
    {
        lock (_gate)
        {
            var end = waitMs < 0 ? long.MaxValue : Environment.TickCount64 + waitMs;
            while (_items.Count == 0)
            {
                var left = waitMs < 0 ? Timeout.Infinite : (int)Math.Max(0, end - Environment.TickCount64);
                if (left == 0)
                {
                    item = default;
                    return false;
                }

                _readerWaits = true;
                Monitor.Wait(_gate, left);
                _readerWaits = false;
            }

            item = _items.Dequeue();
            if (item.IsWritten)
            {
                _records--;
                _bytes -= item.Size;
                if (_records <= recordLimit / 2 && _bytes <= byteLimit / 2)
                {
                    Hold(false);
                    if (_waitingWriters > 0)
                    {
                        Monitor.PulseAll(_gate);
                    }
                }
            }

            return true;
        }
    }

    /// <summary>The reader is gone: records are dropped, and writers that wait for room go on.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Hold(false);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Lets writers that wait for room see that they were stopped.</summary>
    internal void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private bool IsFull => _records >= recordLimit || _bytes >= byteLimit;

    private void Hold(bool holds)
    {
        if (_holds != holds)
        {
            _holds = holds;
            hold(holds);
        }
    }

    private void WaitForRoom(IBlockedWriter writer)
    {
        _waitingWriters++;
        try
        {
            while (!_closed && !writer.IsStopped && IsFull)
            {
                Monitor.Wait(_gate);
            }
        }
        finally
        {
            _waitingWriters--;
        }
    }
}
