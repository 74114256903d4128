namespace LabRunner;

/// <summary>An operation of a live run that has not ended: where it is, and what keeps it from running.</summary>
public sealed class LabActiveOperation
{
    /// <summary>The name of its run.</summary>
    public string Run { get; internal init; } = "";

    /// <summary>The operation's name.</summary>
    public string Name { get; internal init; } = "";

    /// <summary><c>Waiting</c>, <c>Ready</c>, <c>Admitted</c>, <c>Running</c>, <c>Serving</c>, <c>Stopping</c> or <c>Backoff</c>.</summary>
    public string State { get; internal init; } = "";

    /// <summary>When its attempt began, in local time; for one that does not run, since when it waits, is ready or pauses.</summary>
    public DateTime? Since { get; internal init; }

    /// <summary>What keeps it from running, as a sentence; null for one that runs.</summary>
    public string? WaitingFor { get; internal init; }

    /// <summary>The attempt under way, or the last one; 0 before the first.</summary>
    public int Attempt { get; internal init; }

    /// <summary>The worker that runs it: <c>LabRunner worker n</c> of Get-Runspace.</summary>
    public int? WorkerId { get; internal init; }

    /// <summary>The process its run is in.</summary>
    public int ProcessId { get; internal init; }

    /// <summary>The run's id.</summary>
    public string RunId { get; internal init; } = "";

    /// <inheritdoc/>
    public override string ToString() => WaitingFor is null ? $"{Name}: {State}" : $"{Name}: {State} ({WaitingFor})";
}
