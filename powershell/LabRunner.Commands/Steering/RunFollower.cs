using LabRunner.Interop;

namespace LabRunner.Steering;

/// <summary>What happens in a run of whatever process, and what its operations write, in the order of time; read from its record a page at a time.</summary>
internal sealed class RunFollower
{
    private readonly Queue<LabEvent> _entries = [];
    private readonly Queue<RecordedOutput> _output = [];
    private readonly string _place;
    private JournalPlace _next;
    private OutputPosition? _nextOutput;
    private bool _entriesEnded;
    private bool _outputEnded;

    /// <summary>Opens the record of a run.</summary>
    /// <exception cref="LabCoreException">There is none that can be read.</exception>
    internal RunFollower(string place, bool withOutput)
    {
        (_place, _outputEnded, IsUpToDate) = (place, !withOutput, true);
        var page = LabCore.Follow(new WatchQuery(place, null));
        Run = page.Run ?? new WatchedRun();
        _next = page.Next;
        Take(page);
        IsUpToDate &= _outputEnded;
    }

    /// <summary>What is known of the run before anything happens.</summary>
    internal WatchedRun Run { get; }

    /// <summary>What the record says of itself: where it is damaged, and what is missing.</summary>
    internal List<string> Warnings { get; } = [];

    /// <summary>Whether all was read, and nothing more will come.</summary>
    internal bool IsOver => _entriesEnded && _outputEnded && _entries.Count == 0 && _output.Count == 0;

    /// <summary>Whether nothing more can be had without waiting for it.</summary>
    internal bool IsUpToDate { get; private set; }

    /// <summary>The moment of what comes next, in milliseconds from the start of the run; nothing while that is not known.</summary>
    internal double? Upcoming => (_entries.TryPeek(out var entry), _output.TryPeek(out var written)) switch
    {
        (true, true) => Math.Min(entry!.AtMs, written!.At),
        (true, false) => entry!.AtMs,
        (false, true) => written!.At,
        _ => null,
    };

    /// <summary>Reads on where all that was read has been given.</summary>
    /// <exception cref="LabCoreException">The record can no longer be read.</exception>
    internal void Look()
    {
        IsUpToDate = true;
        if (!_entriesEnded && _entries.Count == 0)
        {
            Take(LabCore.Follow(new WatchQuery(_place, _next)));
        }

        if (!_outputEnded && _output.Count == 0)
        {
            Take(LabCore.RecordOutput(new OutputQuery(_place, [], [], null, _nextOutput)));
        }
    }

    /// <summary>The next thing that happened up to a moment: an entry, or something that was written; nothing when there is none.</summary>
    internal (LabEvent? Entry, RecordedOutput? Written) Take(double until)
    {
        var entry = _entries.TryPeek(out var first) && first.AtMs <= until ? first : null;
        var written = _output.TryPeek(out var line) && line.At <= until ? line : null;
        // Of one moment, an operation starts before it writes, and writes before it ends.
        var entryFirst = entry is not null && (written is null || entry.AtMs < written.At || (entry.AtMs <= written.At && entry.Kind == LabEventKind.Started));
        return entryFirst ? (_entries.Dequeue(), null) : written is not null ? (null, _output.Dequeue()) : (null, null);
    }

    private void Take(WatchPage page)
    {
        _next = page.Next;
        foreach (var entry in page.Entries)
        {
            _entries.Enqueue(entry);
        }

        IsUpToDate &= !page.More;
        // The end of a file that grows may be half of what is being written.
        _entriesEnded = !page.More && (!page.Running || page.Warnings.Length > 0);
        Warnings.AddRange(page.Warnings);
    }

    private void Take(OutputPage page)
    {
        _nextOutput = page.Next;
        foreach (var record in page.Records)
        {
            _output.Enqueue(record);
        }

        IsUpToDate &= !page.More;
        _outputEnded = !page.Running && !page.More;
        Warnings.AddRange(_outputEnded ? page.Warnings : []);
    }
}
