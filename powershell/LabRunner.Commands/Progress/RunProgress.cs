using System.Management.Automation;

namespace LabRunner.Progress;

/// <summary>How far a run is, be it one of this session or one that is followed by its record. Kept by the thread that draws it.</summary>
/// <param name="name">What the run is called.</param>
/// <param name="names">The operations and their compensations by number.</param>
/// <param name="total">How many of them are operations.</param>
/// <param name="now">Milliseconds since the start of the run.</param>
internal sealed class RunProgress(string? name, IReadOnlyList<string> names, int total, Func<double> now)
{
    private readonly List<int> _running = [];
    private readonly Dictionary<int, double> _startedAt = [];
    private readonly HashSet<int> _begun = [];
    private int _firstWaiting;
    private TimeLeft _left = new(null);

    /// <summary>When each operation is expected to end, where that is known.</summary>
    internal IReadOnlyList<TimeSpan?>? Expected
    {
        init => _left = new TimeLeft(value);
    }

    /// <summary>What an operation itself reports, where that is known.</summary>
    internal Func<int, OwnProgress?> Reported { private get; init; } = _ => null;

    /// <summary>What keeps an operation from running, where that is known.</summary>
    internal Func<int, string?> WhyWaiting { private get; init; } = _ => null;

    /// <summary>What the run is called on the screen; a bar cannot be without a name.</summary>
    internal string Name { get; } = string.IsNullOrWhiteSpace(name) ? "LabRunner" : name;

    internal int Total => total;

    internal int Done { get; private set; }

    internal int Failed { get; private set; }

    internal int Skipped { get; private set; }

    /// <summary>Whether nothing more is started until the run goes on.</summary>
    internal bool IsSuspended { get; set; }

    internal IReadOnlyList<int> Running => _running;

    internal string NameOf(int operation) => names[operation];

    /// <summary>What the operation itself reports.</summary>
    internal (ProgressRecord? Outer, ProgressRecord? Inner) Own(int index) => Reported(index)?.Current() ?? (null, null);

    internal TimeSpan RunningFor(int index) => TimeSpan.FromMilliseconds(now() - _startedAt[index]);

    internal int Percent => Total == 0 ? 100 : 100 * Done / Total;

    /// <summary>The time left; nothing while that would be a guess.</summary>
    internal TimeSpan? Left => IsSuspended ? null : _left.At(now(), Done, Total);

    /// <summary>The first operations that have not begun, each with what keeps it from that, and how many more there are.</summary>
    internal (IReadOnlyList<string> First, int More) Waiting(int most)
    {
        while (_begun.Contains(_firstWaiting))
        {
            _firstWaiting++;
        }

        List<string> first = [];
        for (var operation = _firstWaiting; operation < Total && first.Count < most; operation++)
        {
            if (!_begun.Contains(operation) && WhyWaiting(operation) is { } why)
            {
                first.Add($"{NameOf(operation)}: {why}");
            }
        }

        return (first, first.Count == 0 ? 0 : Total - _begun.Count(operation => operation < Total) - first.Count);
    }

    internal void Started(int operation)
    {
        _begun.Add(operation);
        if (!_startedAt.ContainsKey(operation))
        {
            _running.Add(operation);
        }

        _startedAt[operation] = now();
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
        _begun.Add(operation);
        if (operation >= Total)
        {
            // A compensation is not one of the operations to be done.
            return;
        }

        Done++;
        _left.Ended(operation, now());
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
