using System.Management.Automation;

namespace LabRunner.Runs;

/// <summary>Where a run's results and records go: a pipeline or a job. Called by one thread only.</summary>
internal interface IRunOutput
{
    /// <summary>An operation has begun, perhaps not for the first time. A number beyond the operations is a compensation's.</summary>
    void Started(int operation);

    /// <summary>An operation is final.</summary>
    void Result(int operation, LabOperationResult result);

    /// <summary>An operation did not succeed: its error record is due.</summary>
    void Failure(int operation, ErrorRecord error);

    /// <summary>An operation wrote something besides its output; its text says which one.</summary>
    void Record(LabRecord record);

    /// <summary>An operation output an object. Asked for by runs in the background only.</summary>
    void Output(string operation, object? item);

    /// <summary>What becomes of an operation, for those who want to read along. Asked for with the preference only.</summary>
    void Verbose(int operation, string message);

    /// <summary>A line for people who watch the run, and for build servers.</summary>
    void Note(string line);

    /// <summary>The user should know something of the run itself.</summary>
    void Warning(string message);
}
