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
internal sealed class Worker : IBlockedWriter
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
    private Assignment? _pending;
    private (RunSession Run, int Operation, uint Attempt)? _early;
    private PowerShell? _pipeline;
    private Runspace? _runspace;
    private LoopVariables? _loop;
    private StateBaseline? _baseline;
    private string _frames = "";
    private Transcript? _transcript;
    private bool _retired;
    private volatile bool _stopRequested;
    private volatile bool _interrupted;
    private Exception? _fault;
    private bool _dirty;
    private bool _used;
    private bool _renew;
    private int? _exitCode;

    internal Worker(CallerState bornFor, RunSession? first)
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

    /// <summary>The run of the operation that is open.</summary>
    internal RunSession? Run => _open?.Run;

    /// <summary>The recorder of the operation that is open.</summary>
    internal OperationRecorder? Recorder => _open?.Recorder;

    bool IBlockedWriter.IsStopped => _stopRequested || _interrupted;

    // Told to end, by whoever it was: there is nothing more to wait for.
    private bool IsEnding => _retired || _stopRequested || _interrupted;

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
            if (IsEnding)
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
            if (_open is not null || _pending is not null)
            {
                RequestStop();
            }

            Monitor.PulseAll(_gate);
        }

        bound?.Wake(Number);
    }

    /// <summary>Whether there is an operation that it is waited for.</summary>
    internal bool IsAtWork => _open is not null && !IsLetGo;

    /// <summary>Whether its runspace is on its way out.</summary>
    internal bool IsLetGo => _runspace is not { RunspaceStateInfo.State: RunspaceState.Opened };

    /// <summary>Its operation does not stop, and is waited for no more: PowerShell's own exit is not to wait for it either.</summary>
    /// <remarks>Who ends the session closes every runspace that is open. One that is being closed is left alone, and so is a thread in the background.</remarks>
    internal void LetGo()
    {
        if (_runspace is { } runspace)
        {
            InBackground("close", runspace.Close);
        }
    }

    /// <summary>Stops the operation if it is the one that is open: the order may come when it has just ended.</summary>
    internal void StopOperation(RunSession run, int operation, uint attempt)
    {
        lock (_gate)
        {
            if ((_open ?? _pending) is { } open)
            {
                if (open.Is(run, operation, attempt))
                {
                    RequestStop();
                }
            }
            else
            {
                _early = (run, operation, attempt);
            }
        }
    }

    /// <summary>The pipeline has begun: this is its session.</summary>
    internal void Enter(PSCmdlet command)
    {
        _baseline ??= new StateBaseline(command);
        _transcript = Transcript.Of(command.Host);
        _frames = string.Join(Environment.NewLine, (_runspace!.Debugger?.GetCallStack() ?? []).Select(frame => frame.ToString()));
    }

    /// <summary>Ends the open operation, if there is one, and waits for the next. Runs on the worker's thread.</summary>
    /// <returns>Whether there is something to run; otherwise the worker's pipeline ends.</returns>
    internal bool TryNext()
    {
        try
        {
            return Next();
        }
        catch (Exception error)
        {
            _fault = error;
            return false;
        }
    }

    /// <summary>Takes what the pipeline puts out.</summary>
    internal void Take(PSObject? item)
    {
        if (item?.BaseObject is InformationalRecord record && StreamMark.Of(item) != LabStream.Output)
        {
            ErrorPosition.InScript(record, _runspace?.Debugger);
            _transcript?.Add(record);
        }

        Recorder?.Add(item, this);
    }

    /// <summary>The open operation asks for something.</summary>
    internal LabRunnerException Prompt(string what) => LabRunnerError.Prompt(_open?.Name, what);

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
    internal void Record(LabStream stream, object data)
    {
        // What a preference lets a warning stop, the engine shows through the host, and nowhere else.
        if (data is WarningRecord warning)
        {
            Recorder?.Warn(warning);
        }
        else
        {
            Recorder?.Record(stream, data, null);
        }
    }

    /// <summary>The open operation reported progress.</summary>
    internal void Progress(long source, ProgressRecord record)
    {
        if (_open is { } open)
        {
            open.Run.ReportProgress(open.Operation, source, record);
        }
    }

    private bool Next()
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

        if (done is not null && !IsFitAfter(done))
        {
            done.Run.Complete(done);
            _renew = true;
            return false;
        }

        if (done is not null && _interrupted)
        {
            done.Run.Complete(done);
            return false;
        }

        if (_dirty && !_baseline!.TryRestore([]))
        {
            _renew = true;
            return false;
        }

        _dirty = false;
        if (_pending is not null)
        {
            if (TakePending() is not { } pending)
            {
                return false;
            }

            Adopt(pending.Run);
            return Begin(pending);
        }

        while (true)
        {
            var run = done?.Run ?? WaitForRun();
            if (run is null)
            {
                return false;
            }

            if (done is null)
            {
                Adopt(run);
            }

            var ticket = run.Take(Number, done, TakeMs);
            done = null;
            switch (ticket.State)
            {
                case TicketState.Work:
                    if (Accept(run, ticket) is { } assignment)
                    {
                        if (assignment.Isolation == LabIsolation.Runspace && _used)
                        {
                            Postpone(assignment);
                            return false;
                        }

                        return Begin(assignment);
                    }

                    break;
                case TicketState.Over:
                    Unbind(run);
                    break;
                case TicketState.Woken:
                    lock (_gate)
                    {
                        if (IsEnding)
                        {
                            return false;
                        }
                    }

                    break;
            }
        }
    }

    private void Main()
    {
        Exception? fault = null;
        _onThisThread = this;
        try
        {
            OpenRunspace();
            for (var end = RunPipeline(); end != PipelineEnd.Last; end = RunPipeline())
            {
                if (end == PipelineEnd.Renew)
                {
                    Renew();
                }
            }
        }
        catch (Exception error)
        {
            // Nothing that happens to one worker may end the process; its run is told below.
            fault = error;
        }

        try
        {
            if ((_open ?? _pending) is { } open)
            {
                if (!_stopRequested || fault is not null)
                {
                    open.Recorder.Fail(LabRunnerError.Lost(open.Name, fault));
                }

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

            // While somebody else closes it - at the end of the session, say - disposing would pull it from under their feet.
            if (_runspace is { RunspaceStateInfo.State: not RunspaceState.Closing } runspace)
            {
                runspace.Dispose();
            }
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
            var runspace = Open(mayShare: true) ?? Open(mayShare: false)!;
            runspace.Debugger?.SetDebugMode(DebugModes.None);
            _loop = WorkerSession.Prepare(runspace, this);
        }
        finally
        {
            OpenGate.Release();
        }

        _bornFor.Import.Apply(_runspace!);
    }

    private Runspace? Open(bool mayShare)
    {
        var state = WorkerSession.Create(_bornFor);
        var formats = SharedFormats.Leave(state);
        var drives = mayShare && SharedFileSystem.Leave(state);
        var runspace = RunspaceFactory.CreateRunspace(new WorkerHost(this), state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Name = $"LabRunner worker {Number}";
        _runspace = runspace;
        runspace.Open();
        SharedFormats.Join(runspace, formats);
        if (SharedFileSystem.Join(runspace, drives))
        {
            return runspace;
        }

        runspace.Dispose();
        return null;
    }

    // The old runspace goes with all that operations have left in it.
    private void Renew()
    {
        _runspace?.Dispose();
        _loop = null;
        _baseline = null;
        _adopted = null;
        _dirty = false;
        _used = false;
        _renew = false;
        OpenRunspace();
    }

    /// <summary>Runs the loop until it ends.</summary>
    private PipelineEnd RunPipeline()
    {
        using var pipeline = PowerShell.Create();
        pipeline.Runspace = _runspace;
        pipeline.AddScript(WorkerSession.Loop, useLocalScope: false);
        pipeline.InvocationStateChanged += OnStateChanged;
        using var output = WorkerOutput.Of(this);
        lock (_gate)
        {
            if (_retired)
            {
                return PipelineEnd.Last;
            }

            _pipeline = pipeline;
        }

        Exception? reason = null;
        try
        {
            pipeline.Invoke<PSObject, PSObject>(null, output, null);
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

        if (_fault is not null)
        {
            throw new InvalidOperationException(_fault.Message, _fault);
        }

        if (open is null)
        {
            // Nobody ended the loop's operation: it was told to end or to go on elsewhere, or the runspace is gone.
            return _renew && !stopped && !_interrupted ? PipelineEnd.Renew : PipelineEnd.Last;
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
        return !sound ? PipelineEnd.Last : open.Isolation == LabIsolation.Runspace ? PipelineEnd.Renew : PipelineEnd.Again;
    }

    // Whoever stops the pipeline - this worker itself, or somebody who closes its runspace - every wait has to end.
    private void OnStateChanged(object? sender, PSInvocationStateChangedEventArgs change)
    {
        if (change.InvocationStateInfo.State != PSInvocationState.Stopping)
        {
            return;
        }

        RunSession? bound;
        OperationRecorder? recorder;
        lock (_gate)
        {
            _interrupted = true;
            bound = _bound;
            recorder = Recorder;
            Monitor.PulseAll(_gate);
        }

        bound?.Wake(Number);
        recorder?.WakeWriter();
    }

    private bool IsSound(PowerShell pipeline) =>
        pipeline.InvocationStateInfo.State == PSInvocationState.Completed && _runspace?.RunspaceStateInfo.State == RunspaceState.Opened;

    private void Report(Assignment open)
    {
        lock (_gate)
        {
            _open = null;
            _pending = null;
        }

        LookAtEnvironment(open);
        open.Recorder.Judge();
        open.Run.Complete(open);
    }

    // Whether the session may serve another operation: it was given back as it was found, or can be made so.
    private bool IsFitAfter(Assignment done)
    {
        LookAtEnvironment(done);
        return done.Isolation != LabIsolation.Runspace && _baseline!.TryRestore(done.Recorder.Kept);
    }

    private static void LookAtEnvironment(Assignment done)
    {
        if (!done.Begun)
        {
            return;
        }

        foreach (var variable in EnvironmentWatch.Ended(done.Work!))
        {
            if (done.Run.IsNewChange(variable))
            {
                done.Recorder.Warn(EnvironmentWatch.Warning(done.Name, variable));
            }
        }
    }

    private void Adopt(RunSession run)
    {
        if (!ReferenceEquals(run, _adopted))
        {
            _baseline!.Adopt(run.Caller);
            _adopted = run;
        }
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

    private Assignment? Accept(RunSession run, Ticket ticket)
    {
        var operation = run.Nodes[(int)ticket.Operation];
        var assignment = new Assignment(run, (int)ticket.Operation, ticket.Attempt, operation, run.NewRecorder((int)ticket.Operation));

        // The core runs everything but scripts by itself and never hands it out.
        var fault = assignment.Work is not { } work ? LabRunnerError.Engine(new InvalidOperationException($"'{operation.Name}' is not a script"))
            : work.MissingFile is { } missing ? LabRunnerError.NoScript(missing)
            : null;
        if (fault is null)
        {
            return assignment;
        }

        assignment.Recorder.Fail(fault.ErrorRecord);
        run.Complete(assignment);
        return null;
    }

    private bool Begin(Assignment assignment)
    {
        _used = true;
        _exitCode = null;
        assignment.Recorder.Frames = _frames;
        if (assignment.Isolation == LabIsolation.Process)
        {
            _loop!.Unit.Value = WorkerSession.Process;
            _loop.Positional.Value = Array.Empty<object?>();
            _loop.Named.Value = new System.Collections.Hashtable
            {
                ["Order"] = Apart.ProcessOrder.Of(assignment.Name, assignment.Work!, assignment.Run.Caller),
                ["Grace"] = assignment.Run.Settings.StopGrace,
            };
        }
        else
        {
            _loop!.Unit.Value = assignment.Work!.Unit;
            _loop.Positional.Value = assignment.Work.Positional;
            _loop.Named.Value = assignment.Work.Named;
        }

        lock (_gate)
        {
            if (_early is { } early && assignment.Is(early.Run, early.Operation, early.Attempt))
            {
                // Told to stop before it was begun: it is reported when the worker ends.
                _stopRequested = true;
                _pending = assignment;
                return false;
            }

            _early = null;
            _open = assignment;
        }

        if (assignment.Isolation != LabIsolation.Process)
        {
            EnvironmentWatch.Started(assignment.Work!);
            assignment.Begun = true;
        }

        return true;
    }

    // It needs a runspace that nothing has run in: the worker comes back to it with one.
    private void Postpone(Assignment assignment)
    {
        lock (_gate)
        {
            _pending = assignment;
            _renew = true;
        }
    }

    private Assignment? TakePending()
    {
        lock (_gate)
        {
            if (_stopRequested)
            {
                return null;
            }

            var pending = _pending;
            _pending = null;
            return pending;
        }
    }

    private RunSession? WaitForRun()
    {
        lock (_gate)
        {
            while (_bound is null && !IsEnding)
            {
                Monitor.Wait(_gate);
            }

            return IsEnding ? null : _bound;
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

    // Stopping waits for the pipeline's end, so another thread does it: this worker's own reports how it ended. The
    // engine's BeginStop does the same with a thread for which the process would wait when it is to end.
    private void RequestStop()
    {
        if (_stopRequested)
        {
            return;
        }

        _stopRequested = true;
        if (_pipeline is { } pipeline)
        {
            InBackground("stop", pipeline.Stop);
        }
    }

    private void InBackground(string what, Action action) => new Thread(() =>
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            // It has just ended by itself, or not quite begun; its thread sees that it was to stop.
        }
    })
    {
        IsBackground = true,
        Name = $"LabRunner worker {Number} {what}",
    }.Start();
}

/// <summary>What becomes of a worker whose pipeline has ended.</summary>
internal enum PipelineEnd
{
    /// <summary>Another pipeline, in the same runspace.</summary>
    Again,

    /// <summary>Another pipeline, in another runspace.</summary>
    Renew,

    /// <summary>The worker ends.</summary>
    Last,
}

/// <summary>An operation that a worker has taken.</summary>
internal sealed class Assignment(RunSession run, int operation, uint attempt, OperationDefinition definition, OperationRecorder recorder)
{
    internal RunSession Run { get; } = run;

    internal int Operation { get; } = operation;

    internal uint Attempt { get; } = attempt;

    internal string Name => definition.Name;

    internal ScriptWork? Work { get; } = definition.Work as ScriptWork;

    internal LabIsolation Isolation { get; } = definition.Isolation ?? run.Settings.Isolation;

    /// <summary>Whether its script has been started.</summary>
    internal bool Begun { get; set; }

    /// <summary>Whether it is that attempt.</summary>
    internal bool Is(RunSession ofRun, int number, uint tried) => Run == ofRun && Operation == number && Attempt == tried;

    internal OperationRecorder Recorder { get; } = recorder;
}
