using LabRunner.Interop;

namespace LabRunner.Runs;

/// <summary>What became of a run.</summary>
/// <param name="Results">One result an operation, as declared.</param>
/// <param name="Rollback">One result a compensation that was needed, under the name of the operation it undoes.</param>
/// <param name="Status"><c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, <c>Parked</c>, <c>Undone</c> or <c>PartiallyUndone</c>.</param>
/// <param name="OfCore">What the core says of it; null when it could not be asked.</param>
internal sealed record RunOutcome(LabOperationResult[] Results, LabOperationResult[] Rollback, string Status, RunResult? OfCore)
{
    /// <summary>How well it went, where that was asked for.</summary>
    internal LabRunPerformance? Performance { get; init; }

    /// <summary>The run's id.</summary>
    internal string? RunId => OfCore?.Run;

    /// <summary>The folder that has the run's files.</summary>
    internal string? Directory => OfCore?.Directory;

    /// <summary>The lab file it came from.</summary>
    internal string? Source => OfCore?.Source;
}
