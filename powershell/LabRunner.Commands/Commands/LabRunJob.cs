using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Execution;

namespace LabRunner.Commands;

/// <summary>A run in the background: works with Get-, Wait-, Receive-, Stop- and Remove-Job.</summary>
public sealed class LabRunJob : Job
{
    // How much longer than the grace of its operations a stop waits for the last word of the core.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    private readonly RunSession _run;
    private volatile bool _stopped;

    internal LabRunJob(RunSession run, string? command)
        : base(command, run.Settings.Name)
    {
        _run = run;
        PSJobTypeName = "LabRun";
    }

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count + Error.Count + Warning.Count + Verbose.Count + Debug.Count + Information.Count > 0
        || JobStateInfo.State is JobState.Running or JobState.NotStarted;

    /// <inheritdoc/>
    public override string Location => "localhost";

    /// <inheritdoc/>
    public override string StatusMessage => "";

    /// <inheritdoc/>
    public override void StopJob()
    {
        _stopped = true;
        if (JobStateInfo.State is JobState.Running or JobState.NotStarted)
        {
            SetJobState(JobState.Stopping);
        }

        _run.Cancel(Interop.CancelMode.Graceful);
        Finished.WaitOne(_run.Settings.StopGrace + StopMargin);
    }

    internal void Start()
    {
        SetJobState(JobState.Running);
        new Thread(Main) { IsBackground = true, Name = "LabRunner job" }.Start();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _run.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Main()
    {
        try
        {
            var outcome = LabRun.Finish(_run, new JobOutput(this), null);
            SetJobState(_stopped || outcome.Status == "Canceled" ? JobState.Stopped : outcome.Status == "Succeeded" ? JobState.Completed : JobState.Failed);
        }
        catch (Exception error)
        {
            // The job's state and its error stream are all there is to tell it by.
            try
            {
                Error.Add((error as LabRunnerException ?? LabRunnerError.Engine(error)).ErrorRecord);
                SetJobState(_stopped ? JobState.Stopped : JobState.Failed);
            }
            catch (Exception last) when (last is ObjectDisposedException or InvalidOperationException or PSInvalidOperationException)
            {
                // It was removed meanwhile.
            }
        }
    }

    private sealed class JobOutput(LabRunJob job) : IRunOutput
    {
        public void Result(LabOperationResult result) => job.Output.Add(PSObject.AsPSObject(result));

        public void Failure(LabOperationResult result)
        {
            if (result.ErrorRecord is { } error)
            {
                job.Error.Add(error);
            }
        }

        public void Record(LabRecord record)
        {
            switch (record.Data)
            {
                case ErrorRecord error:
                    job.Error.Add(error);
                    break;
                case WarningRecord warning:
                    job.Warning.Add(warning);
                    break;
                case VerboseRecord verbose:
                    job.Verbose.Add(verbose);
                    break;
                case DebugRecord debug:
                    job.Debug.Add(debug);
                    break;
                case InformationRecord information:
                    job.Information.Add(information);
                    break;
            }
        }
    }
}
