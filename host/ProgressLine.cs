using System.Management.Automation;

namespace LabRunner.Host;

/// <summary>Progress as one line that is written over; nothing at all where the output is not a terminal.</summary>
internal sealed class ProgressLine
{
    private const int Interval = 100;

    private readonly bool _isTerminal = !Console.IsOutputRedirected;
    private readonly Dictionary<(long Source, int Id), ProgressRecord> _open = [];
    private long _lastShown = -Interval;
    private bool _visible;

    /// <summary>Takes a record and shows the outermost activity, at most ten times a second.</summary>
    public void Show(long sourceId, ProgressRecord record)
    {
        if (!_isTerminal)
        {
            return;
        }

        if (record.RecordType == ProgressRecordType.Completed)
        {
            _open.Remove((sourceId, record.ActivityId));
            Clear();
            return;
        }

        _open[(sourceId, record.ActivityId)] = record;
        if (Environment.TickCount64 - _lastShown >= Interval)
        {
            _lastShown = Environment.TickCount64;
            Clear();
            var outermost = _open.Values.OrderBy(open => open.ParentActivityId).First();
            var text = Text(outermost);
            Console.Out.Write(text[..Math.Min(text.Length, Math.Max(1, Console.WindowWidth - 1))]);
            _visible = true;
        }
    }

    /// <summary>Takes the line away, so that other text can be written.</summary>
    public void Clear()
    {
        if (_visible)
        {
            Console.Out.Write("\r" + new string(' ', Math.Max(1, Console.WindowWidth - 1)) + "\r");
            _visible = false;
        }
    }

    private static string Text(ProgressRecord record)
    {
        var percent = record.PercentComplete >= 0 ? $"[{record.PercentComplete,3}%] " : string.Empty;
        return percent + record.Activity + ": " + record.StatusDescription;
    }
}
