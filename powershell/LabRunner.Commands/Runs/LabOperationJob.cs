using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Runs;
using LabRunner.Streams;

namespace LabRunner;

/// <summary>One operation of a run in the background: what it writes, its result, and its state.</summary>
public sealed class LabOperationJob : Job
{
    private readonly JobStreams _streams;
    private string _message = "";

    internal LabOperationJob(OperationDefinition operation, int limit)
        : base(operation.Name, operation.Name)
    {
        PSJobTypeName = "LabOperation";
        _streams = new JobStreams(this, limit);
    }

    /// <inheritdoc/>
    public override bool HasMoreData => _streams.HasMore || JobStateInfo.State is JobState.Running or JobState.NotStarted;

    /// <inheritdoc/>
    public override string Location => "localhost";

    /// <summary>How the operation ended, in more detail than the job's state.</summary>
    public override string StatusMessage => _message;

    /// <summary>An operation is stopped with its run only.</summary>
    public override void StopJob()
    {
        if (JobStateInfo.State is JobState.Running or JobState.NotStarted)
        {
            throw Errors.LabRunnerError.OneOperationStopped(Name);
        }
    }

    internal void Begin()
    {
        if (JobStateInfo.State == JobState.NotStarted)
        {
            SetJobState(JobState.Running);
        }
    }

    internal void Write(LabRecord record) => _streams.Record(record.Live);

    internal void Put(object? item) => _streams.Output(item);

    internal void Say(VerboseRecord message) => _streams.Record(message);

    internal void Fail(ErrorRecord error) => _streams.Error(error);

    /// <summary>The operation has ended.</summary>
    /// <param name="result">How.</param>
    /// <param name="isOutput">Whether that is the job's output; otherwise it is found in the report of the run.</param>
    internal void End(LabOperationResult result, bool isOutput)
    {
        if (isOutput)
        {
            _streams.Output(result);
        }

        _message = result.SkippedBecause?.Message ?? (result.Success ? "" : result.Error ?? result.Status);
        SetJobState(result.Ending switch
        {
            OperationStatus.Succeeded => JobState.Completed,
            OperationStatus.Skipped or OperationStatus.Canceled => JobState.Stopped,
            _ => JobState.Failed,
        });
    }

    /// <summary>The run broke: nothing more comes.</summary>
    internal void Break()
    {
        if (JobStateInfo.State is JobState.Running or JobState.NotStarted)
        {
            SetJobState(JobState.Stopped);
        }
    }
}
