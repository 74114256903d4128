using System.Management.Automation;

namespace LabRunner.Streams;

/// <summary>What an attempt leaves for the run's record when it is over: why it failed, and its objects.</summary>
/// <param name="Operation">The operation's number.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Time">When it was over.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Objects">What it output.</param>
/// <param name="IsLast">Whether the operation ends with it; otherwise another one follows.</param>
internal sealed record AttemptOutput(int Operation, int Attempt, DateTime Time, ErrorRecord? Failure, RecordedObjects Objects, bool IsLast);

/// <summary>The objects of an attempt that are recorded: the first ones and the last ones.</summary>
/// <param name="Kept">These.</param>
/// <param name="Left">How many there were between them.</param>
internal readonly record struct RecordedObjects(object?[] Kept, int Left)
{
    /// <summary>How many of the first ones, and of the last ones.</summary>
    internal const int Ends = 1000;

    /// <summary>Of all objects the ones that are recorded.</summary>
    internal static RecordedObjects Of(IReadOnlyCollection<object?> all) =>
        all.Count <= 2 * Ends ? new RecordedObjects([.. all], 0) : new RecordedObjects([.. all.Take(Ends), .. all.Skip(all.Count - Ends)], all.Count - (2 * Ends));
}
