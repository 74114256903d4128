namespace LabRunner.Runs;

/// <summary>An object that an operation has output, on its way to a reader who gets it while the operation runs.</summary>
/// <param name="Operation">The operation, or the compensation.</param>
/// <param name="Item">The object.</param>
internal sealed record RunOutput(string Operation, object? Item);
