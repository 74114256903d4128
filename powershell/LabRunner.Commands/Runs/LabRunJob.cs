using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Restarts;
using LabRunner.Runs;
using LabRunner.Streams;

namespace LabRunner;

/// <summary>A run in the background: works with Get-, Wait-, Receive-, Stop- and Remove-Job. Its operations are its child jobs.</summary>
public sealed class LabRunJob : Job
{
    // How much longer than the grace of its operations a stop waits for the last word of the core.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    private readonly RunSession _run;
    private readonly LabOperationJob[] _operations;
    private readonly JobStreams _streams;
    private readonly Func<RunOutcome, LabOrchestrationReport>? _report;
    private readonly HashSet<string> _functions;
    private int _ended;
    private volatile bool _stopped;

    /// <summary>A job of a run that was started.</summary>
    /// <param name="run">The run.</param>
    /// <param name="command">What the user typed.</param>
    /// <param name="functions">The functions of the caller's session: a job cannot ask it.</param>
    /// <param name="report">Makes what the job puts out in the end; without it, each operation puts its result out.</param>
    internal LabRunJob(RunSession run, string? command, HashSet<string> functions, Func<RunOutcome, LabOrchestrationReport>? report = null)
        : base(command, run.Settings.Name)
    {
        _functions = functions;
        _run = run;
        _report = report;
        PSJobTypeName = "LabRun";
        _streams = new JobStreams(this, run.Settings.KeepRecords);
        _operations = [.. run.Operations.Select(operation => new LabOperationJob(operation, run.Settings.KeepRecords))];
        foreach (var operation in _operations)
        {
            ChildJobs.Add(operation);
        }
    }

    /// <inheritdoc/>
    public override bool HasMoreData =>
        JobStateInfo.State is JobState.Running or JobState.NotStarted || _streams.HasMore || _operations.Any(operation => operation.HasMoreData);

    /// <inheritdoc/>
    public override string Location => "localhost";

    /// <summary>How many of its operations have ended.</summary>
    public override string StatusMessage => $"{Volatile.Read(ref _ended)} of {LabDisplay.Count(_operations.Length, "operation")} ended";

    /// <inheritdoc/>
    public override void StopJob()
    {
        if (JobStateInfo.State is not (JobState.Running or JobState.NotStarted or JobState.Stopping))
        {
            return;
        }

        _stopped = true;
        if (JobStateInfo.State != JobState.Stopping)
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
            foreach (var operation in _operations)
            {
                operation.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private void Main()
    {
        try
        {
            var outcome = LabRun.Finish(_run, new JobOutput(this), null);
            var status = outcome.Status;
            if (_report?.Invoke(outcome) is { } report)
            {
                status = report.Summary.Status;
                _streams.Output(report);
            }

            SetJobState(_stopped || status == "Canceled" ? JobState.Stopped : status is "Succeeded" or ParkedText.Status ? JobState.Completed : JobState.Failed);
        }
        catch (Exception error)
        {
            // The job's state and its error stream are all there is to tell it by.
            try
            {
                _streams.Error((error as LabRunnerException ?? LabRunnerError.Engine(error)).ErrorRecord);
                foreach (var operation in _operations)
                {
                    operation.Break();
                }

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
        private readonly Dictionary<string, LabOperationJob> _byName = Names(job);

        public void Started(int operation)
        {
            if (operation < job._operations.Length)
            {
                job._operations[operation].Begin();
            }
        }

        public void Result(int operation, LabOperationResult result)
        {
            Interlocked.Increment(ref job._ended);
            job._operations[operation].End(result, isOutput: job._report is null);
        }

        public void Failure(int operation, ErrorRecord error) => Of(operation).Fail(MissingCommand.Explained(error, job._functions.Contains));

        public void Output(string operation, object? item) => _byName[operation].Put(item);

        public void Verbose(int operation, string message) => Of(operation).Say(new VerboseRecord(message));

        public void Record(LabRecord record)
        {
            if (record.Live is ErrorRecord error)
            {
                MissingCommand.Explained(error, job._functions.Contains);
            }

            _byName[record.Operation].Write(record);
        }

        public void Note(string line)
        {
            var record = new InformationRecord(new HostInformationMessage { Message = line }, job.Name);
            record.Tags.Add("PSHOST");
            job._streams.Record(record);
        }

        public void Warning(string message) => job._streams.Record(new WarningRecord(message));

        private LabOperationJob Of(int operation) => job._operations[operation < job._operations.Length ? operation : job._run.Undone(operation)];

        // What a compensation writes is its operation's too.
        private static Dictionary<string, LabOperationJob> Names(LabRunJob job)
        {
            var nodes = job._run.Nodes;
            return Enumerable.Range(0, nodes.Count).ToDictionary(
                node => nodes[node].Name,
                node => job._operations[node < job._operations.Length ? node : job._run.Undone(node)],
                StringComparer.Ordinal);
        }
    }
}
