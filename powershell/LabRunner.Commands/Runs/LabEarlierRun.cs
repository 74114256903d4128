using LabRunner.Interop;

namespace LabRunner.Runs;

/// <summary>The run that another one goes on from, as the core has found it.</summary>
internal sealed class LabEarlierRun(FoundRun run)
{
    internal string Id => run.Run;

    internal string Name => run.Name;

    internal string Directory => run.Directory;

    /// <summary>The lab file it came from.</summary>
    internal string? Source => run.Source;

    internal int MaxConcurrency => Math.Max(1, run.MaxConcurrency);

    /// <summary>The options it was started with.</summary>
    internal FoundRunOptions Options => run.Options;

    /// <summary>What it was called with.</summary>
    internal LabCall Call { get; } = new(run.Options.Call);

    /// <summary>Whether it is under way and starts nothing.</summary>
    internal bool IsSuspended => run.Suspended;

    /// <inheritdoc/>
    public override string ToString() => $"run '{Name}' ({Id}){(LabHistory.Time(run.StartedAt) is { } at ? $" of {at:yyyy-MM-dd HH:mm:ss}" : "")}";
}
