namespace LabRunner.Execution;

/// <summary>Where a run's results and records go: a pipeline or a job. Called by one thread only.</summary>
internal interface IRunOutput
{
    /// <summary>An operation is final, and so are all that were declared before it.</summary>
    void Result(LabOperationResult result);

    /// <summary>An operation did not succeed: its error record is due.</summary>
    void Failure(LabOperationResult result);

    /// <summary>An operation wrote something besides its output.</summary>
    void Record(LabRecord record);
}
