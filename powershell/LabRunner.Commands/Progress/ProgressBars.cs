using System.Globalization;
using System.Management.Automation;

namespace LabRunner.Progress;

/// <summary>Progress as bars: one parent and at most seven children, redrawn as often as the settings say.</summary>
internal sealed class ProgressBars(PSCmdlet caller, LabProgressStyle style, double intervalSeconds) : IProgressView
{
    private const int ParentId = 0x4C52;
    private const int MaxChildren = 7;
    private const int WaitingId = ParentId + 1 + MaxChildren;
    private const int MaxWaiting = 3;

    // To say what keeps an operation from running, the core looks at the whole run.
    private const int WaitingIntervalMs = 1000;
    private static readonly string[] Spin = ["|", "/", "-", "\\"];

    private readonly int _intervalMs = (int)(intervalSeconds * 1000);
    private readonly int[] _shown = [.. Enumerable.Repeat(-1, MaxChildren)];
    private readonly ProgressRecord?[] _written = new ProgressRecord?[MaxChildren];
    private long _lastDraw = long.MinValue / 2;
    private int _turn;
    private bool _drawn;
    private long _lastWaiting = long.MinValue / 2;
    private bool _showsWaiting;

    public int NextWait(RunProgress progress) => (int)Math.Clamp(_lastDraw + _intervalMs - Environment.TickCount64, 1, _intervalMs);

    public void Draw(RunProgress progress)
    {
        var now = Environment.TickCount64;
        if (now - _lastDraw < _intervalMs)
        {
            return;
        }

        _lastDraw = now;
        _drawn = true;
        caller.WriteProgress(Parent(progress));
        if (style is LabProgressStyle.Bar or LabProgressStyle.Detailed)
        {
            Children(progress);
        }

        if (style == LabProgressStyle.Detailed && now - _lastWaiting >= WaitingIntervalMs)
        {
            _lastWaiting = now;
            Waiting(progress);
        }
    }

    public void Changed(string operation, string state)
    {
    }

    public void Ended(string operation, string state, TimeSpan? took, string? error)
    {
    }

    public void Close(RunProgress progress)
    {
        if (!_drawn)
        {
            return;
        }

        try
        {
            for (var slot = 0; slot < _shown.Length; slot++)
            {
                Clear(slot);
            }

            ClearWaiting();
            caller.WriteProgress(new ProgressRecord(ParentId, progress.Name, "Completed") { RecordType = ProgressRecordType.Completed });
        }
        catch (PipelineStoppedException)
        {
            // After Ctrl-C the host takes its bars away by itself.
        }
    }

    private ProgressRecord Parent(RunProgress progress)
    {
        var failed = progress.Failed > 0 ? $", {progress.Failed} failed" : "";
        var skipped = progress.Skipped > 0 ? $", {progress.Skipped} skipped" : "";
        var counts = string.Create(CultureInfo.CurrentCulture, $"{(progress.IsSuspended ? "suspended, " : "")}{progress.Done} of {progress.Total} done, {progress.Running.Count} running{failed}{skipped}");
        var record = new ProgressRecord(ParentId, ProgressText.Plain(progress.Name), style switch
        {
            LabProgressStyle.Percentage => $"{progress.Percent} %",
            LabProgressStyle.Spinner => $"{Spin[_turn++ % Spin.Length]} {counts}",
            _ => counts,
        })
        {
            PercentComplete = style == LabProgressStyle.Spinner ? -1 : progress.Percent,
        };
        if (style != LabProgressStyle.Spinner && progress.Left is { } left)
        {
            record.SecondsRemaining = (int)Math.Min(int.MaxValue, left.TotalSeconds);
        }

        return record;
    }

    // An operation keeps its line while it runs: bars that jump are not read. The host takes far longer for a record than it takes
    // to make one, so a line that stays as it is, is not written again, and one that another operation takes is not cleared before.
    private void Children(RunProgress progress)
    {
        for (var slot = 0; slot < _shown.Length; slot++)
        {
            if (_shown[slot] >= 0 && !progress.Running.Contains(_shown[slot]))
            {
                _shown[slot] = -1;
            }
        }

        foreach (var operation in progress.Running)
        {
            var slot = Array.IndexOf(_shown, operation);
            if (slot < 0)
            {
                slot = Array.IndexOf(_shown, -1);
                if (slot < 0)
                {
                    break;
                }

                _shown[slot] = operation;
            }

            var record = Child(progress, slot, operation);
            if (!Same(record, _written[slot]))
            {
                caller.WriteProgress(record);
                _written[slot] = record;
            }
        }

        for (var slot = 0; slot < _shown.Length; slot++)
        {
            if (_shown[slot] < 0)
            {
                Clear(slot);
            }
        }
    }

    private static bool Same(ProgressRecord record, ProgressRecord? written) =>
        written is not null
        && record.Activity == written.Activity
        && record.StatusDescription == written.StatusDescription
        && record.CurrentOperation == written.CurrentOperation
        && record.PercentComplete == written.PercentComplete;

    private ProgressRecord Child(RunProgress progress, int slot, int operation)
    {
        var (own, inner) = progress.Own(operation);
        var status = own is null ? "running" : Text(own);
        if (style == LabProgressStyle.Detailed)
        {
            status = $"{progress.RunningFor(operation):hh\\:mm\\:ss} {status}";
        }

        return new ProgressRecord(ParentId + 1 + slot, ProgressText.Plain(progress.NameOf(operation)), status)
        {
            ParentActivityId = ParentId,
            PercentComplete = own?.PercentComplete ?? -1,
            CurrentOperation = style == LabProgressStyle.Detailed ? Detail(own, inner) : null,
        };
    }

    private static string Text(ProgressRecord own)
    {
        var text = ProgressText.Plain(string.IsNullOrWhiteSpace(own.StatusDescription) ? own.Activity : $"{own.Activity}: {own.StatusDescription}");
        return text.Length == 0 ? "running" : text;
    }

    private static string? Detail(ProgressRecord? own, ProgressRecord? inner) =>
        inner is not null ? Text(inner) : own?.CurrentOperation is { Length: > 0 } current ? ProgressText.Plain(current) : null;

    // What waits for what: one line for all, below those that run.
    private void Waiting(RunProgress progress)
    {
        var (first, more) = progress.Waiting(MaxWaiting);
        if (first.Count == 0)
        {
            ClearWaiting();
            return;
        }

        var text = string.Join("; ", first) + (more > 0 ? string.Create(CultureInfo.CurrentCulture, $"; {more} more") : "");
        caller.WriteProgress(new ProgressRecord(WaitingId, "Waiting", ProgressText.Plain(text)) { ParentActivityId = ParentId, PercentComplete = -1 });
        _showsWaiting = true;
    }

    private void ClearWaiting()
    {
        if (_showsWaiting)
        {
            caller.WriteProgress(new ProgressRecord(WaitingId, "Waiting", "done") { ParentActivityId = ParentId, RecordType = ProgressRecordType.Completed });
            _showsWaiting = false;
        }
    }

    private void Clear(int slot)
    {
        if (_written[slot] is not null)
        {
            caller.WriteProgress(new ProgressRecord(ParentId + 1 + slot, "done", "done") { ParentActivityId = ParentId, RecordType = ProgressRecordType.Completed });
            _written[slot] = null;
        }
    }
}
