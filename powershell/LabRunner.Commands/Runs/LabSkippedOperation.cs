namespace LabRunner;

/// <summary>An operation that a run leaves out, and why.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>excluded</c>, <c>dependency</c> (of one that is left out), <c>not-selected</c> or <c>not-triggered</c>.</param>
/// <param name="Operation">The operation that is the cause, when one is.</param>
/// <param name="Message">The same as a sentence.</param>
public sealed record LabSkippedOperation(string Name, string Kind, string? Operation, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Message}";
}
