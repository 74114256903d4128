namespace LabRunner.Workers;

/// <summary>Where a worker's loop gets its operations.</summary>
/// <remarks>The engine takes a property that throws for one that is null: the worker keeps what goes wrong.</remarks>
internal sealed class WorkSource(WorkerLoop loop)
{
    /// <summary>Ends the operation that is open, waits for the next one and makes it ready to be run.</summary>
    public bool HasNext => loop.TryNext();
}
