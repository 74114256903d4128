using System.Management.Automation;
using LabRunner.Engine;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Isolation;
using LabRunner.Pilot;
using LabRunner.Runs;
using LabRunner.Streams;

namespace LabRunner.Workers;

/// <summary>What a worker's thread does: it takes operations from runs, runs them in one long-lived pipeline, and reports how they ended.</summary>
/// <remarks>The pipeline runs <see cref="WorkerSession.Loop"/>, which comes back here for each operation. All of it is on the worker's thread.</remarks>
internal sealed class WorkerLoop
{
    // How long one wait inside the core lasts before it is renewed; nothing depends on it.
    private const int TakeMs = 60_000;

    // The stack that PowerShell gives its own pipeline threads.
    private const int StackBytes = 10_000_000;

    [ThreadStatic]
    private static WorkerLoop? _onThisThread;

    private Exception? _fault;
    private int? _exitCode;

    internal WorkerLoop(Worker worker, CallerState bornFor)
    {
        Worker = worker;
        Runspace = new WorkerRunspace(this, bornFor);
    }

    /// <summary>The one whose thread this is.</summary>
    internal static WorkerLoop? OnThisThread => _onThisThread;

    internal Worker Worker { get; }

    internal WorkerRunspace Runspace { get; }

    internal void Start() => new Thread(Main, StackBytes)
    {
        IsBackground = true,
        Name = $"LabRunner worker {Worker.Number}",
    }.Start();

    /// <summary>Ends the open operation, if there is one, and waits for the next.</summary>
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
            ErrorPosition.InScript(record, Runspace.Opened?.Debugger);
            Runspace.Transcript?.Add(record);
        }

        Worker.Recorder?.Add(item, Worker);
    }

    /// <summary>The open operation asks for something.</summary>
    internal LabRunnerException Prompt(string what) => LabRunnerError.Prompt(Worker.Open?.Name, what);

    /// <summary>An error ended the open operation.</summary>
    internal void Fail(ErrorRecord error) => Worker.Recorder?.Fail(error);

    /// <summary>A script file used <c>exit</c> with a bad code.</summary>
    internal void FileExited(int code)
    {
        if (Worker.Open is { Current.IsFile: true } open)
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
            Worker.Recorder?.Warn(warning);
        }
        else
        {
            Worker.Recorder?.Record(stream, data, null);
        }
    }

    /// <summary>The open operation reported progress.</summary>
    internal void Progress(long source, ProgressRecord record)
    {
        if (Worker.Open is { } open)
        {
            open.Run.ReportProgress(open.Operation, source, record);
        }
    }

    private void Main()
    {
        Exception? fault = null;
        _onThisThread = this;
        try
        {
            Runspace.Open();
            for (var end = RunPipeline(); end != PipelineEnd.Last; end = RunPipeline())
            {
                if (end == PipelineEnd.Renew)
                {
                    Runspace.Renew();
                }
            }
        }
        catch (Exception error)
        {
            // Nothing that happens to one worker may end the process; its run gets the reason below.
            fault = error;
        }

        try
        {
            if (Worker.Taken is { } taken)
            {
                if (!Worker.IsStopping || fault is not null)
                {
                    taken.Recorder.Fail(LabRunnerError.Lost(taken.Name, fault));
                }

                Report(taken);
            }
        }
        catch (Exception error)
        {
            fault ??= error;
        }

        var bound = Worker.End();
        try
        {
            WorkerPool.Lost(Worker, bound, fault);
            Runspace.Dispose();
        }
        catch (Exception)
        {
            // The runspace cannot be helped, and its run has what it needs.
        }
    }

    private PipelineEnd RunPipeline()
    {
        using var pipeline = PowerShell.Create();
        pipeline.Runspace = Runspace.Opened;
        pipeline.AddScript(WorkerSession.Loop, useLocalScope: false);
        pipeline.InvocationStateChanged += OnStateChanged;
        using var output = WorkerOutput.Of(this);
        if (!Worker.TryEnterPipeline(pipeline))
        {
            return PipelineEnd.Last;
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

        var (stopped, open) = Worker.LeavePipeline();
        if (_fault is not null)
        {
            throw new InvalidOperationException(_fault.Message, _fault);
        }

        if (open is null)
        {
            // Nobody ended the loop's operation: it was ordered to end or to go on elsewhere, or the runspace is gone.
            return Runspace.IsSpent && !stopped && !Worker.IsInterrupted ? PipelineEnd.Renew : PipelineEnd.Last;
        }

        if (open.IsTesting && !stopped)
        {
            // Whatever ended the pipeline, the test has not said whether the work is done.
            open.Recorder.Fail(LabRunnerError.TestWithoutAnswer(open.Name, _exitCode, reason).ErrorRecord);
        }
        else if (_exitCode is { } code)
        {
            open.Recorder.Exit(code);
        }
        else if (!stopped && (reason is not null || !IsSound(pipeline)))
        {
            open.Recorder.Fail(LabRunnerError.Lost(open.Name, reason));
        }

        var sound = !stopped && reason is null && IsSound(pipeline);
        _exitCode = null;
        Runspace.MarkDirty();
        Report(open);
        return !sound ? PipelineEnd.Last : open.Isolation == LabIsolation.Runspace ? PipelineEnd.Renew : PipelineEnd.Again;
    }

    private void OnStateChanged(object? sender, PSInvocationStateChangedEventArgs change)
    {
        if (change.InvocationStateInfo.State == PSInvocationState.Stopping)
        {
            Worker.Interrupt();
        }
    }

    private bool IsSound(PowerShell pipeline) => pipeline.InvocationStateInfo.State == PSInvocationState.Completed && Runspace.IsOpen;

    private bool Next()
    {
        Assignment? done = null;
        if (Worker.Open is { } open)
        {
            if (GoesOnAfterTest(open))
            {
                return true;
            }

            done = Worker.TryClose();
            if (done is null)
            {
                return false;
            }

            // Whether the session may serve another operation: it was given back as it was found, or can be made so.
            if (!IsFitAfter(done))
            {
                done.Run.Complete(done);
                Runspace.IsSpent = true;
                return false;
            }

            if (Worker.IsInterrupted)
            {
                done.Run.Complete(done);
                return false;
            }
        }

        if (!Runspace.TryClean())
        {
            Runspace.IsSpent = true;
            return false;
        }

        if (Worker.HasPostponed)
        {
            if (Worker.TakePostponed() is not { } postponed)
            {
                return false;
            }

            Runspace.Adopt(postponed.Run);
            return Begin(postponed);
        }

        return WaitForOperation(done);
    }

    // The session stays as the test has left it: it is the operation's own.
    private bool GoesOnAfterTest(Assignment open)
    {
        if (!open.IsTesting || Worker.IsStopping || Worker.IsInterrupted)
        {
            return false;
        }

        open.IsTesting = false;
        if (!open.Recorder.EndTest())
        {
            return false;
        }

        Runspace.Load(open.Work!.Unit, open.Work.Positional, open.Work.Named);
        return true;
    }

    private bool WaitForOperation(Assignment? done)
    {
        while (true)
        {
            var run = done?.Run ?? Worker.WaitForRun();
            if (run is null)
            {
                return false;
            }

            if (done is null)
            {
                Runspace.Adopt(run);
            }

            var ticket = run.Take(Worker.Number, done, TakeMs);
            done = null;
            switch (ticket.State)
            {
                case TicketState.Work:
                    if (Accept(run, ticket) is { } assignment)
                    {
                        if (assignment.Isolation == LabIsolation.Runspace && Runspace.IsUsed)
                        {
                            // It needs a runspace that nothing has run in: the worker comes back to it with one.
                            Worker.Postpone(assignment);
                            Runspace.IsSpent = true;
                            return false;
                        }

                        return Begin(assignment);
                    }

                    break;
                case TicketState.Over:
                    Leave(run);
                    break;
                case TicketState.Woken when Worker.MustEnd():
                    return false;
            }
        }
    }

    private Assignment? Accept(RunSession run, Ticket ticket)
    {
        var operation = run.Nodes[(int)ticket.Operation];
        var assignment = new Assignment(run, (int)ticket.Operation, ticket.Attempt, operation, run.NewRecorder((int)ticket.Operation));

        // The core runs everything but scripts by itself and never hands it out.
        var fault = assignment.Test?.MissingFile is { } noTest ? LabRunnerError.NoScript(noTest)
            : assignment.Work is not { } work ? LabRunnerError.Engine(new InvalidOperationException($"'{operation.Name}' is not a script"))
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
        _exitCode = null;
        assignment.Recorder.Frames = Runspace.Frames;
        if (assignment.Isolation == LabIsolation.Process)
        {
            Runspace.Load(WorkerSession.Process, [], new System.Collections.Hashtable
            {
                ["Order"] = Pilot.ProcessOrder.Of(assignment.Name, assignment.Work!, assignment.Test, assignment.Run.Caller),
                ["Grace"] = assignment.Run.Settings.StopGrace,
                ["Mark"] = new Pilot.OperationMark(assignment.Run, assignment.Operation, assignment.Attempt),
            });
        }
        else
        {
            assignment.IsTesting = assignment.Test is not null;
            Runspace.Load(assignment.Current!.Unit, assignment.Current.Positional, assignment.Current.Named);
        }

        if (assignment.Test is { } test)
        {
            assignment.Recorder.BeginTest(test);
        }

        if (!Worker.TryOpen(assignment))
        {
            return false;
        }

        if (assignment.Isolation != LabIsolation.Process)
        {
            EnvironmentWatch.Started(assignment.Work!);
            assignment.Begun = true;
        }

        return true;
    }

    private void Leave(RunSession run)
    {
        if (!Worker.TryLeave(run))
        {
            return;
        }

        Runspace.Unload();
        if (!WorkerPool.Park(Worker, run))
        {
            Worker.End();
        }
    }

    private void Report(Assignment open)
    {
        Worker.Forget();
        CheckEnvironment(open);
        open.Recorder.Judge();
        open.Run.Complete(open);
    }

    private bool IsFitAfter(Assignment done)
    {
        CheckEnvironment(done);
        return done.Isolation != LabIsolation.Runspace && Runspace.TryRestore(done.Recorder.Kept);
    }

    private static void CheckEnvironment(Assignment done)
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
}
