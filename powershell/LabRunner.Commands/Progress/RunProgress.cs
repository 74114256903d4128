using System.Management.Automation;
using LabRunner.Execution;

namespace LabRunner.Progress;

/// <summary>How far a run is. Kept by the thread that draws it.</summary>
internal sealed class RunProgress(RunSession run)
{
    private readonly List<int> _running = [];
    private readonly Dictionary<int, long> _startedAt = [];

    internal string Name => run.Settings.Name;

    internal int Total => run.Operations.Count;

    internal int Done { get; private set; }

    internal int Failed { get; private set; }

    internal int Skipped { get; private set; }

    internal long StartedTick { get; } = Environment.TickCount64;

    /// <summary>Grows with every change.</summary>
    internal int Version { get; private set; }

    internal IReadOnlyList<int> Running => _running;

    internal OperationDefinition Operation(int index) => run.Nodes[index];

    /// <summary>What the operation itself reported last.</summary>
    internal ProgressRecord? Own(int index) => run.ProgressOf(index);

    internal TimeSpan RunningFor(int index) => TimeSpan.FromMilliseconds(Environment.TickCount64 - _startedAt[index]);

    internal int Percent => Total == 0 ? 100 : 100 * Done / Total;

    /// <summary>The time left if the rest goes at the pace so far; nothing while that would be a guess.</summary>
    internal TimeSpan? Left
    {
        get
        {
            var elapsed = Environment.TickCount64 - StartedTick;
            return Done == 0 || Done == Total ? null : TimeSpan.FromMilliseconds((double)elapsed / Done * (Total - Done));
        }
    }

    internal void Started(int operation)
    {
        Version++;
        if (!_startedAt.ContainsKey(operation))
        {
            _running.Add(operation);
        }

        _startedAt[operation] = Environment.TickCount64;
    }

    /// <summary>An attempt has failed, and the next one has not begun.</summary>
    internal void Paused(int operation)
    {
        Version++;
        _running.Remove(operation);
        _startedAt.Remove(operation);
    }

    internal void Ended(int operation, OperationStatus status)
    {
        Version++;
        _running.Remove(operation);
        if (operation >= Total)
        {
            // A compensation is none of those that were to be done.
            return;
        }

        Done++;
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
