using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Isolation;
using LabRunner.Plans;
using LabRunner.Progress;
using LabRunner.Secrets;
using LabRunner.Streams;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>One run on the managed side: the core's handle, the operations, the recorders and the queue.</summary>
/// <remarks>
/// It outlives the command that started it when that is stopped: the control thread carries it to its end, and only
/// then is the handle released.
/// </remarks>
internal sealed class RunSession : IDisposable
{
    private readonly object _gate = new();
    private readonly OperationRecorder?[] _recorders;
    private readonly OwnProgress?[] _progress;
    private readonly int[] _owners;
    private readonly ManualResetEventSlim _ended = new();
    private BorrowedSlots? _slots;
    private int _finals;
    private RunHandle? _handle;
    private readonly HashSet<string> _changedEnvironment = new(StringComparer.Ordinal);
    private long _sequence;
    private bool _released;
    private volatile bool _over;

    private RunSession(IReadOnlyList<OperationDefinition> operations, RunSettings settings, CallerState caller)
    {
        Operations = operations;
        _owners = [.. Enumerable.Range(0, operations.Count).Where(index => operations[index].Compensation is not null)];
        Nodes = OperationDefinition.Nodes(operations);
        Settings = settings;
        Caller = caller;
        Queue = new BoundedQueue(HoldOutput);
        _recorders = new OperationRecorder?[Nodes.Count];
        _progress = new OwnProgress?[Nodes.Count];
    }

    internal IReadOnlyList<OperationDefinition> Operations { get; }

    /// <summary>What the core's numbers stand for: the operations, and after them their compensations in the same order.</summary>
    internal IReadOnlyList<OperationDefinition> Nodes { get; }

    internal RunSettings Settings { get; }

    internal CallerState Caller { get; }

    /// <summary>Whether it was started inside an operation, whose end is its own.</summary>
    internal bool IsNested { get; } = Worker.OnThisThread is not null;

    /// <summary>Whether a command reads it, so that the engine stops it with that command.</summary>
    internal bool HasReader { get; set; }

    /// <summary>The runspace that started it.</summary>
    internal Guid Origin { get; } = Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;

    internal BoundedQueue Queue { get; }

    /// <summary>When it started, in local time.</summary>
    internal DateTime StartedAt => Watch.Start;

    /// <summary>What all its times are taken from.</summary>
    internal Watch Watch { get; } = new();

    /// <summary>Whether nothing of it can start any more.</summary>
    internal bool IsOver => _over;

    /// <summary>Set when the core has said that it is finished.</summary>
    internal ManualResetEventSlim Ended => _ended;

    /// <summary>How many workers the core asked for; the pool's own.</summary>
    internal int WantedWorkers { get; set; }

    /// <summary>The workers it has; the pool's own.</summary>
    internal HashSet<Worker> BoundWorkers { get; } = [];

    /// <summary>Starts a run of a checked plan.</summary>
    internal static RunSession Start(RunPlan plan, RunSettings settings, CallerState caller)
    {
        var session = new RunSession(plan.Operations, settings, caller);
        SessionEnd.Watch();
        session._slots = BorrowedSlots.Of(settings.MaxConcurrency, plan.Operations.Count);
        try
        {
            var options = PlanDocument.RunOptions(settings, session._slots?.Slots ?? settings.MaxConcurrency, session.Nodes);
            ControlThread.Register(session, () => (session._handle = RunHandle.Start(plan.Handle, options)).Id);
        }
        catch
        {
            session._slots?.Return();
            throw;
        }

        return session;
    }

    internal long NextSequence() => Interlocked.Increment(ref _sequence);

    /// <summary>The operation that a compensation undoes.</summary>
    internal int Undone(int compensation) => _owners[compensation - Operations.Count];

    /// <summary>A recorder for one attempt.</summary>
    internal OperationRecorder NewRecorder(int operation)
    {
        var earlier = Recorder(operation);
        var recorder = new OperationRecorder(this, Nodes[operation], earlier);
        if (Settings.Keeps && earlier?.Leaves(operation) is { } left)
        {
            Queue.Put(new RunItem(left), null);
        }

        Volatile.Write(ref _recorders[operation], recorder);
        Volatile.Write(ref _progress[operation], null);
        return recorder;
    }

    /// <summary>Whether a variable of the environment is one that was not yet warned of.</summary>
    internal bool IsNewChange(string variable)
    {
        lock (_changedEnvironment)
        {
            return _changedEnvironment.Add(variable);
        }
    }

    internal OperationRecorder? Recorder(int operation) => Volatile.Read(ref _recorders[operation]);

    /// <summary>Keeps the latest progress of an operation; the reader looks at it when it draws.</summary>
    internal void ReportProgress(int operation, long source, ProgressRecord record)
    {
        if (Volatile.Read(ref _progress[operation]) is not { } own)
        {
            Volatile.Write(ref _progress[operation], own = new OwnProgress());
        }

        own.Report(source, SecretMask.Progress(record));
    }

    internal OwnProgress? ProgressOf(int operation) => Volatile.Read(ref _progress[operation]);

    /// <summary>Reports an operation that has ended, if one has, and waits for the next, in one crossing.</summary>
    internal Ticket Take(uint worker, Assignment? done, int waitMs)
    {
        try
        {
            var handle = _handle;
            if (handle is null)
            {
                return new Ticket(TicketState.Over, 0, 0);
            }

            return done is null
                ? handle.Take(worker, waitMs)
                : handle.CompleteAndTake((uint)done.Operation, done.Attempt, Outcome.Of(done.Recorder), worker, waitMs);
        }
        catch (Exception error) when (IsReleased(error))
        {
            // It needs no workers any more.
            return new Ticket(TicketState.Over, 0, 0);
        }
        catch (LabCoreException error)
        {
            Break(LabRunnerError.Core(error));
            return new Ticket(TicketState.Over, 0, 0);
        }
    }

    /// <summary>Reports an operation that has ended.</summary>
    internal void Complete(Assignment done)
    {
        try
        {
            _handle?.Complete((uint)done.Operation, done.Attempt, Outcome.Of(done.Recorder));
        }
        catch (Exception error) when (IsReleased(error))
        {
            // It was abandoned, and its run is long over.
        }
        catch (LabCoreException error)
        {
            Break(LabRunnerError.Core(error));
        }
    }

    /// <summary>An operation asks for a restart of the machine: nothing more is started.</summary>
    /// <exception cref="LabRunnerException">It may not.</exception>
    internal void RequestRestart(int operation, uint attempt, string reason, bool rerun)
    {
        try
        {
            // What goes into the record and to the screen has no secrets.
            _handle?.RequestRestart(operation, attempt, SecretMask.Text(reason), rerun);
        }
        catch (Exception error) when (IsReleased(error))
        {
            // It was abandoned, and its run is long over.
        }
        catch (LabCoreException error)
        {
            throw LabRunnerError.Core(error);
        }
    }

    internal void Wake(uint worker)
    {
        try
        {
            _handle?.Wake(worker);
        }
        catch (Exception error) when (error is ObjectDisposedException or LabCoreException)
        {
            // Nobody waits in a run that was released.
        }
    }

    internal void Cancel(CancelMode mode)
    {
        try
        {
            _handle?.Cancel(mode);
        }
        catch (Exception error) when (error is ObjectDisposedException or LabCoreException)
        {
            // There is nothing left to cancel.
        }
    }

    /// <summary>Whether it leaves a record, or will when it goes on.</summary>
    internal bool KeepsOutput() => OfCore(handle => handle.KeepsOutput(), false);

    /// <summary>Hands over what scripts wrote.</summary>
    internal void KeepOutput(ReadOnlySpan<byte> records)
    {
        try
        {
            _handle?.Output(records);
        }
        catch (Exception error) when (IsReleased(error))
        {
            // It is over, and its record closed.
        }
    }

    /// <summary>Nothing more is handed over. Gives a warning when something is missing from the record.</summary>
    internal string? EndOutput() => OfCore(handle => handle.EndOutput(), null);

    private T OfCore<T>(Func<RunHandle, T> call, T otherwise)
    {
        try
        {
            return _handle is { } handle ? call(handle) : otherwise;
        }
        catch (Exception error) when (IsReleased(error))
        {
            return otherwise;
        }
    }

    /// <summary>The core's own document of what became of the run.</summary>
    internal RunResult? Result() => _handle?.Result();

    /// <summary>Takes an event, on the control thread.</summary>
    internal void On(LabEvent happened)
    {
        switch (happened.Kind)
        {
            case LabEventKind.Demand:
                WorkerPool.Provide(this, happened.Workers);
                return;
            case LabEventKind.Stop:
                if (happened.Worker is { } wanted)
                {
                    WorkerPool.Find(this, wanted)?.StopOperation(this, happened.Operation, happened.Attempt);
                }

                return;
            case LabEventKind.Started when happened is { Worker: null, Attempt: > 1 }:
                // Nobody but the core has to do with a program: its lines come here first.
                NewRecorder(happened.Operation);
                Queue.Put(new RunItem(happened), null);
                return;
            case LabEventKind.Output:
                Line(happened);
                return;
            case LabEventKind.Ended when happened is { Status: "Abandoned", Worker: { } worker }:
                WorkerPool.Abandon(this, worker);
                Final();
                Queue.Put(new RunItem(happened), null);
                return;
            case LabEventKind.Ended or LabEventKind.Skipped or LabEventKind.Kept or LabEventKind.Current:
                Final();
                Queue.Put(new RunItem(happened), null);
                return;
            case LabEventKind.Finished:
                _over = true;
                _slots?.Return();
                Queue.Put(new RunItem(happened), null);
                _ended.Set();
                ReleaseIfDone();
                return;
            default:
                Queue.Put(new RunItem(happened), null);
                return;
        }
    }

    // What a program puts out is taken down at once: a queue of a million lines would be kept for a reader who drops them.
    private void Line(LabEvent happened)
    {
        var recorder = Recorder(happened.Operation) ?? NewRecorder(happened.Operation);
        var line = happened.Line ?? "";
        if (string.Equals(happened.Stream, "stdout", StringComparison.OrdinalIgnoreCase))
        {
            recorder.Line(line);
        }
        else if (recorder.Take(LabStream.Error, new InformationRecord(new HostInformationMessage { Message = line }, "stderr"), isKept: true) is { } record && !Settings.Grouped)
        {
            Queue.Put(new RunItem(record), null);
        }
    }

    /// <summary>What keeps an operation from running, as a sentence; nothing when the run is over.</summary>
    internal string? WhyWaiting(int operation) => OfCore(handle => handle.Explain((uint)operation).Reason, null);

    /// <summary>Whether the test of an operation is asked before its script is run.</summary>
    internal bool Asks(int operation) => OfCore(handle => handle.Asks((uint)operation), false);

    /// <summary>Lends slots that it does not need now to a run inside one of its operations; says how many.</summary>
    internal int Lend(int most)
    {
        try
        {
            return most > 0 ? _handle?.Lend(most) ?? 0 : 0;
        }
        catch (Exception error) when (IsReleased(error))
        {
            return 0;
        }
    }

    /// <summary>The mark of everything that an attempt starts; nothing once the run has been released.</summary>
    internal string? MarkOf(int operation, uint attempt)
    {
        try
        {
            return _handle?.Mark(operation, (int)attempt);
        }
        catch (Exception error) when (IsReleased(error))
        {
            return null;
        }
    }

    /// <summary>Signals everything that has an attempt's mark; says how many processes that are.</summary>
    internal int Signal(int operation, uint attempt, MarkedSignal signal)
    {
        try
        {
            return _handle?.Signal(operation, (int)attempt, signal) ?? 0;
        }
        catch (Exception error) when (IsReleased(error))
        {
            return 0;
        }
    }

    // A program that writes faster than it is read waits, as a script does.
    private void HoldOutput(bool held)
    {
        try
        {
            _handle?.HoldOutput(held);
        }
        catch (Exception error) when (IsReleased(error))
        {
            // Nothing of it writes any more.
        }
    }

    /// <summary>Takes lent slots back.</summary>
    internal void TakeBack(int slots)
    {
        try
        {
            if (slots > 0)
            {
                _handle?.TakeBack(slots);
            }
        }
        catch (Exception error) when (IsReleased(error))
        {
            // Nobody needs them any more.
        }
    }

    /// <summary>Its reader was stopped: everything is canceled, and the reader is woken.</summary>
    internal void Interrupt()
    {
        Queue.Put(new RunItem(new PipelineStoppedException()), null);
        Queue.Close();
        Cancel(CancelMode.Graceful);
    }

    /// <summary>Ends the run by a fault of the engine.</summary>
    internal void Break(Exception fault)
    {
        _over = true;
        _slots?.Return();
        Queue.Put(new RunItem(fault), null);
        Cancel(CancelMode.Hard);
        _ended.Set();
    }

    /// <summary>Nobody reads it any more: what still runs is stopped, and the handle goes when that has ended.</summary>
    public void Dispose()
    {
        Queue.Close();
        lock (_gate)
        {
            if (_released)
            {
                return;
            }

            _released = true;
        }

        if (!_over)
        {
            Cancel(CancelMode.Graceful);
        }

        ReleaseIfDone();
    }

    // Compensations come on top of the operations, and need no more than one of them did.
    private void Final()
    {
        _finals++;
        if (_slots is not null && _handle is { } handle)
        {
            _slots.Adjust(handle, Nodes.Count - _finals);
        }
    }

    private static bool IsReleased(Exception error) =>
        error is ObjectDisposedException or LabCoreException { Fault.Id: "LabRunner.InvalidHandle" };

    private void ReleaseIfDone()
    {
        RunHandle? handle = null;
        lock (_gate)
        {
            if (_released && _over)
            {
                handle = _handle;
                _handle = null;
            }
        }

        handle?.Dispose();
    }
}
