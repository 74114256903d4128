using System.Management.Automation;

namespace LabRunner.Progress;

/// <summary>What one operation reports of itself: of all its activities, one line for its bar.</summary>
/// <remarks>Written by the worker, read by the thread that draws.</remarks>
internal sealed class OwnProgress
{
    // Scripts that never complete their activities must not make this grow.
    private const int MaxActivities = 16;

    private readonly object _gate = new();
    private readonly List<(long Source, ProgressRecord Record)> _open = [];

    /// <summary>Takes a record; one that completes its activity takes that away, and what lies below it.</summary>
    internal void Report(long source, ProgressRecord record)
    {
        lock (_gate)
        {
            var place = _open.FindIndex(open => open.Source == source && open.Record.ActivityId == record.ActivityId);
            if (record.RecordType == ProgressRecordType.Completed)
            {
                if (place >= 0)
                {
                    _open.RemoveAt(place);
                    _open.RemoveAll(open => open.Source == source && open.Record.ParentActivityId == record.ActivityId);
                }
            }
            else if (place >= 0)
            {
                _open[place] = (source, record);
            }
            else
            {
                if (_open.Count == MaxActivities)
                {
                    _open.RemoveAt(1);
                }

                _open.Add((source, record));
            }
        }
    }

    /// <summary>The activity that was begun first, and the one that was begun last, when there is one besides it.</summary>
    internal (ProgressRecord? Outer, ProgressRecord? Inner) Current()
    {
        lock (_gate)
        {
            return _open.Count switch
            {
                0 => (null, null),
                1 => (_open[0].Record, null),
                _ => (_open[0].Record, _open[^1].Record),
            };
        }
    }
}
