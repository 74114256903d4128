using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Streams;

namespace LabRunner.Execution;

/// <summary>One background thread, one runspace and one long-lived pipeline that takes operations from runs.</summary>
/// <remarks>
/// The thread runs <see cref="WorkerSession.Loop"/>. Everything it waits for can be woken: a take by the core's wake,
/// parking in the pool by <see cref="Bind"/>, a full queue by the pipeline's stop.
/// </remarks>
internal sealed class Worker
{
    // How long one wait inside the core lasts before it is renewed; nothing depends on it.
    private const int TakeMs = 60_000;

    // The stack that PowerShell gives its own pipeline threads.
    private const int StackBytes = 10_000_000;

    [ThreadStatic]
    private static Worker? _onThisThread;

    private static int _lastNumber;

    // Opening a runspace is processor work: more at a time than there are processors only delays the first.
    private static readonly SemaphoreSlim OpenGate = new(Environment.ProcessorCount);

    private readonly object _gate = new();
    private readonly CallerState _bornFor;
    private RunSession? _bound;
    private RunSession? _adopted;
    private Assignment? _open;
    private PowerShell? _pipeline;
    private Runspace? _runspace;
    private LoopVariables? _loop;
    private StateBaseline? _baseline;
    private bool _retired;
    private bool _stopRequested;
    private bool _dirty;
    private int? _exitCode;

    internal Worker(CallerState bornFor, RunSession first)
    {
        Number = (uint)Interlocked.Increment(ref _lastNumber);
        Fingerprint = WorkerSession.FingerprintOf(bornFor);
        _bornFor = bornFor;
        _bound = first;
    }

    /// <summary>The worker whose thread this is.</summary>
    internal static Worker? OnThisThread => _onThisThread;

    /// <summary>Its number in this process; the core knows it by the same.</summary>
    internal uint Number { get; }

    internal WorkerFingerprint Fingerprint { get; }

    /// <summary>When it was parked last.</summary>
    internal long ParkedAt { get; set; }

    /// <summary>The recorder of the operation that is open.</summary>
    internal OperationRecorder? Recorder => _open?.Recorder;

    internal void Start() => new Thread(Main, StackBytes)
    {
        IsBackground = true,
        Name = $"LabRunner worker {Number}",
    }.Start();

    /// <summary>Gives a parked worker to a run.</summary>
    /// <returns>False when it has ended meanwhile.</returns>
    internal bool Bind(RunSession run)
    {
        lock (_gate)
        {
            if (_retired || _stopRequested)
            {
                return false;
            }

            _bound = run;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Ends it: at once when it is parked, else after its operation was stopped.</summary>
    internal void Retire()
    {
        RunSession? bound;
        lock (_gate)
        {
            _retired = true;
            bound = _bound;
            if (_open is not null)
            {
                RequestStop();
            }

            Monitor.PulseAll(_gate);
        }

        bound?.Wake(Number);
    }

    /// <summary>Stops the operation if it is the one that is open: the order may come when it has just ended.</summary>
    internal void StopOperation(RunSession run, int operation, uint attempt)
    {
        lock (_gate)
        {
            if (_open is { } open && open.Run == run && open.Operation == operation && open.Attempt == attempt)
            {
                RequestStop();
            }
        }
    }

    /// <summary>The pipeline is being stopped while the worker waits: let the wait end.</summary>
    internal void Interrupt()
    {
        RunSession? bound;
        lock (_gate)
        {
            _stopRequested = true;
            bound = _bound;
            Monitor.PulseAll(_gate);
        }

        bound?.Wake(Number);
    }

    /// <summary>Ends the open operation, if there is one, and waits for the next. Runs on the worker's thread.</summary>
    /// <returns>Whether there is something to run; otherwise the worker ends.</returns>
    internal bool Next(SessionState session)
    {
        Assignment? done = null;
        if (_open is not null)
        {
            done = EndOpen();
            if (done is null)
            {
                return false;
            }
        }

        _baseline ??= new StateBaseline(session);
        if (done is not null || _dirty)
        {
            _baseline.Restore();
            _dirty = false;
        }

        while (true)
        {
            var run = done?.Run ?? WaitForRun();
            if (run is null)
            {
                return false;
            }

            if (done is null && !ReferenceEquals(run, _adopted))
            {
                _baseline.Adopt(run.Caller);
                _adopted = run;
            }

            var ticket = run.Take(Number, done, TakeMs);
            done = null;
            switch (ticket.State)
            {
                case TicketState.Work:
                    if (Open(run, ticket))
                    {
                        return true;
                    }

                    break;
                case TicketState.Over:
                    Unbind(run);
                    break;
                case TicketState.Woken:
                    lock (_gate)
                    {
                        if (_retired || _stopRequested)
                        {
                            return false;
                        }
                    }

                    break;
            }
        }
    }

    /// <summary>An error ended the open operation.</summary>
    internal void Fail(ErrorRecord error) => Recorder?.Fail(error);

    /// <summary>A script file used <c>exit</c> with a bad code.</summary>
    internal void FileExited(int code)
    {
        if (_open is { Work.IsFile: true } open)
        {
            open.Recorder.Exit(code);
        }
    }

    /// <summary>A script block used <c>exit</c>, which ends the pipeline.</summary>
    internal void BlockExited(int code) => _exitCode = code;

    /// <summary>Something was shown through the host.</summary>
    internal void Record(LabStream stream, object data) => Recorder?.Record(stream, data, null);

    /// <summary>The open operation reported progress.</summary>
    internal void Progress(ProgressRecord record)
    {
        if (_open is { } open)
        {
            open.Run.ReportProgress(open.Operation, record);
        }
    }

    private void Main()
    {
        Exception? fault = null;
        _onThisThread = this;
        try
        {
            OpenRunspace();
            while (RunPipeline())
            {
            }
        }
        catch (Exception error)
        {
            // Nothing that happens to one worker may end the process; its run is told below.
            fault = error;
        }

        try
        {
            if (_open is { } open)
            {
                open.Recorder.Fail(LabRunnerError.Lost(open.Name, fault));
                Report(open);
            }
        }
        catch (Exception error)
        {
            fault ??= error;
        }

        RunSession? bound;
        lock (_gate)
        {
            _retired = true;
            bound = _bound;
            _bound = null;
        }

        try
        {
            WorkerPool.Lost(this, bound, fault);
            _runspace?.Dispose();
        }
        catch (Exception)
        {
            // The runspace is beyond help, and so is nobody else.
        }
    }

    private void OpenRunspace()
    {
        OpenGate.Wait();
        try
        {
            var runspace = RunspaceFactory.CreateRunspace(new WorkerHost(this), WorkerSession.Create(_bornFor));
            runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
            runspace.Name = $"LabRunner worker {Number}";
            _runspace = runspace;
            runspace.Open();
            _loop = WorkerSession.Prepare(runspace);
        }
        finally
        {
            OpenGate.Release();
        }
    }

    /// <summary>Runs the loop until it ends.</summary>
    /// <returns>Whether the worker is fit for another one.</returns>
    private bool RunPipeline()
    {
        using var pipeline = PowerShell.Create();
        pipeline.Runspace = _runspace;
        pipeline.AddScript(WorkerSession.Loop, useLocalScope: false);
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            _pipeline = pipeline;
        }

        Exception? reason = null;
        try
        {
            pipeline.Invoke();
        }
        catch (Exception error)
        {
            reason = error;
        }

        bool stopped;
        Assignment? open;
        lock (_gate)
        {
            _pipeline = null;
            stopped = _stopRequested;
            open = _open;
        }

        if (open is null)
        {
            // Nobody ended the loop's operation: either it was told to end, or the runspace is gone.
            return false;
        }

        if (_exitCode is { } code)
        {
            open.Recorder.Exit(code);
        }
        else if (!stopped && (reason is not null || !IsSound(pipeline)))
        {
            open.Recorder.Fail(LabRunnerError.Lost(open.Name, reason));
        }

        var sound = !stopped && reason is null && IsSound(pipeline);
        _exitCode = null;
        _dirty = true;
        Report(open);
        return sound;
    }

    private bool IsSound(PowerShell pipeline) =>
        pipeline.InvocationStateInfo.State == PSInvocationState.Completed && _runspace?.RunspaceStateInfo.State == RunspaceState.Opened;

    private void Report(Assignment open)
    {
        lock (_gate)
        {
            _open = null;
        }

        open.Recorder.Judge();
        open.Run.Complete(open);
    }

    // From here on a stop order for the operation comes too late; one that came before ends the worker.
    private Assignment? EndOpen()
    {
        lock (_gate)
        {
            if (_stopRequested)
            {
                return null;
            }

            var open = _open!;
            _open = null;
            open.Recorder.Judge();
            return open;
        }
    }

    private bool Open(RunSession run, Ticket ticket)
    {
        var operation = run.Operations[(int)ticket.Operation];
        var assignment = new Assignment(run, (int)ticket.Operation, ticket.Attempt, operation, run.NewRecorder((int)ticket.Operation));
        if (assignment.Work is null)
        {
            // The core runs everything else by itself and never hands it out.
            assignment.Recorder.Fail(LabRunnerError.Engine(new InvalidOperationException($"'{operation.Name}' is no script")).ErrorRecord);
            run.Complete(assignment);
            return false;
        }

        _loop!.Unit.Value = assignment.Work.Command;
        _loop.Positional.Value = assignment.Work.Positional;
        _loop.Named.Value = assignment.Work.Named;
        lock (_gate)
        {
            _open = assignment;
        }

        return true;
    }

    private RunSession? WaitForRun()
    {
        lock (_gate)
        {
            while (_bound is null && !_retired && !_stopRequested)
            {
                Monitor.Wait(_gate);
            }

            return _retired || _stopRequested ? null : _bound;
        }
    }

    private void Unbind(RunSession run)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_bound, run))
            {
                return;
            }

            _bound = null;
            _adopted = null;
            _loop!.Unit.Value = null;
            _loop.Positional.Value = null;
            _loop.Named.Value = null;
        }

        if (!WorkerPool.Park(this, run))
        {
            lock (_gate)
            {
                _retired = true;
            }
        }
    }

    // Stopping waits for the pipeline's end, so it is begun and not awaited: the thread itself reports how it ended.
    private void RequestStop()
    {
        if (_stopRequested)
        {
            return;
        }

        _stopRequested = true;
        try
        {
            _pipeline?.BeginStop(null, null);
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself, or not quite begun; its thread sees that it was to stop.
        }
    }
}

/// <summary>An operation that a worker has taken.</summary>
internal sealed class Assignment(RunSession run, int operation, uint attempt, OperationDefinition definition, OperationRecorder recorder)
{
    internal RunSession Run { get; } = run;

    internal int Operation { get; } = operation;

    internal uint Attempt { get; } = attempt;

    internal string Name => definition.Name;

    internal ScriptWork? Work { get; } = definition.Work as ScriptWork;

    internal OperationRecorder Recorder { get; } = recorder;
}
