using System.Management.Automation;
using LabRunner.Runs;

namespace LabRunner.Progress;

/// <summary>How far a run is. Kept by the thread that draws it.</summary>
internal sealed class RunProgress(RunSession run)
{
    private readonly List<int> _running = [];
    private readonly Dictionary<int, long> _startedAt = [];
    private readonly TimeLeft _left = new(run.Settings.Expected);

    /// <summary>What the run is called on the screen; a bar cannot be without a name.</summary>
    internal string Name => string.IsNullOrWhiteSpace(run.Settings.Name) ? "LabRunner" : run.Settings.Name;

    internal int Total => run.Operations.Count;

    internal int Done { get; private set; }

    internal int Failed { get; private set; }

    internal int Skipped { get; private set; }

    internal long StartedTick { get; } = Environment.TickCount64;

    internal IReadOnlyList<int> Running => _running;

    internal OperationDefinition Operation(int index) => run.Nodes[index];

    /// <summary>What the operation itself reports.</summary>
    internal (ProgressRecord? Outer, ProgressRecord? Inner) Own(int index) => run.ProgressOf(index)?.Current() ?? (null, null);

    internal TimeSpan RunningFor(int index) => TimeSpan.FromMilliseconds(Environment.TickCount64 - _startedAt[index]);

    internal int Percent => Total == 0 ? 100 : 100 * Done / Total;

    /// <summary>The time left; nothing while that would be a guess.</summary>
    internal TimeSpan? Left => _left.At(Environment.TickCount64 - StartedTick, Done, Total);

    internal void Started(int operation)
    {
        if (!_startedAt.ContainsKey(operation))
        {
            _running.Add(operation);
        }

        _startedAt[operation] = Environment.TickCount64;
    }

    /// <summary>An attempt has failed, and the next one has not begun.</summary>
    internal void Paused(int operation)
    {
        _running.Remove(operation);
        _startedAt.Remove(operation);
    }

    internal void Ended(int operation, OperationStatus status)
    {
        _running.Remove(operation);
        if (operation >= Total)
        {
            // A compensation is not one of the operations to be done.
            return;
        }

        Done++;
        _left.Ended(operation, Environment.TickCount64 - StartedTick);
        switch (status)
        {
            case OperationStatus.Succeeded:
                break;
            case OperationStatus.Skipped:
                Skipped++;
                break;
            default:
                Failed++;
                break;
        }
    }
}
