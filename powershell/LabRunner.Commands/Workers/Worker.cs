using System.Management.Automation;
using LabRunner.Isolation;
using LabRunner.Runs;
using LabRunner.Streams;

namespace LabRunner.Workers;

/// <summary>A worker as the rest of the process sees it: what it works for, and how it is stopped, parked and ended.</summary>
/// <remarks>
/// Its thread runs a <see cref="WorkerLoop"/>, in a <see cref="WorkerRunspace"/>. What both sides use stands here, under one lock.
/// Everything the thread waits for can be woken: a take by the core's wake, parking in the pool by <see cref="Bind"/>, a full queue by
/// the pipeline's stop.
/// </remarks>
internal sealed class Worker : IBlockedWriter
{
    private static int _lastNumber;

    private readonly object _gate = new();
    private readonly WorkerLoop _loop;

    // Guarded by _gate: the run it works for; null while it is parked.
    private RunSession? _bound;

    // Guarded by _gate, and read without it by the thread of the loop, which alone changes it: the operation that runs.
    private Assignment? _open;

    // Guarded by _gate: an operation that was taken and must wait for another runspace, or is stopped before it begins.
    private Assignment? _pending;

    // Guarded by _gate: a stop order for an operation that has not begun yet.
    private (RunSession Run, int Operation, uint Attempt)? _early;

    // Guarded by _gate: what runs now.
    private PowerShell? _pipeline;

    // Guarded by _gate: it takes no more runs.
    private bool _retired;

    // Set under _gate and never reset, so that it may be read without.
    private volatile bool _stopRequested;

    // As above: something has stopped the pipeline.
    private volatile bool _interrupted;

    internal Worker(CallerState bornFor, RunSession? first)
    {
        Number = (uint)Interlocked.Increment(ref _lastNumber);
        Fingerprint = WorkerSession.FingerprintOf(bornFor);
        _bound = first;
        _loop = new WorkerLoop(this, bornFor);
    }

    /// <summary>The worker whose thread this is.</summary>
    internal static Worker? OnThisThread => WorkerLoop.OnThisThread?.Worker;

    /// <summary>Its number in this process; the core knows it by the same.</summary>
    internal uint Number { get; }

    internal WorkerFingerprint Fingerprint { get; }

    /// <summary>When it was parked last.</summary>
    internal long ParkedAt { get; set; }

    /// <summary>The operation that is open.</summary>
    internal Assignment? Open => _open;

    /// <summary>The operation that is open, or was taken and has not begun.</summary>
    internal Assignment? Taken => _open ?? _pending;

    /// <summary>The run of the operation that is open.</summary>
    internal RunSession? Run => _open?.Run;

    /// <summary>The recorder of the operation that is open.</summary>
    internal OperationRecorder? Recorder => _open?.Recorder;

    /// <summary>Whether it, or its operation, was ordered to stop.</summary>
    internal bool IsStopping => _stopRequested;

    /// <summary>Whether something has stopped its pipeline.</summary>
    internal bool IsInterrupted => _interrupted;

    /// <summary>Whether its operation runs, and somebody waits for it.</summary>
    internal bool IsAtWork => _open is not null && !IsAbandoned;

    /// <summary>Whether its runspace is closed or closing.</summary>
    internal bool IsAbandoned => !_loop.Runspace.IsOpen;

    bool IBlockedWriter.IsStopped => _stopRequested || _interrupted;

    private bool IsEnding => _retired || _stopRequested || _interrupted;

    internal void Start() => _loop.Start();

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
            if (Taken is not null)
            {
                RequestStop();
            }

            Monitor.PulseAll(_gate);
        }

        bound?.Wake(Number);
    }

    /// <summary>Gives up an operation that does not stop, so that PowerShell's own exit does not wait for it either.</summary>
    /// <remarks>At exit PowerShell closes open runspaces one by one and waits for each. It skips one that is closing, and background threads.</remarks>
    internal void Abandon()
    {
        if (_loop.Runspace.Opened is { } runspace)
        {
            InBackground("close", runspace.Close);
        }
    }

    /// <summary>Stops the operation if it is the one that is open: the order may come when it has just ended.</summary>
    internal void StopOperation(RunSession run, int operation, uint attempt)
    {
        lock (_gate)
        {
            if (Taken is { } taken)
            {
                if (taken.Is(run, operation, attempt))
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

    /// <summary>Makes the next pipeline known to those who stop.</summary>
    /// <returns>False when the worker has been retired; then it must not run.</returns>
    internal bool TryEnterPipeline(PowerShell pipeline)
    {
        lock (_gate)
        {
            if (!_retired)
            {
                _pipeline = pipeline;
            }

            return !_retired;
        }
    }

    /// <summary>The pipeline has ended.</summary>
    /// <returns>Whether it was ordered to stop, and the operation that was open then.</returns>
    internal (bool Stopped, Assignment? Open) LeavePipeline()
    {
        lock (_gate)
        {
            _pipeline = null;
            return (_stopRequested, _open);
        }
    }

    /// <summary>The pipeline is being stopped, by this worker or by what closes its runspace: every wait has to end.</summary>
    internal void Interrupt()
    {
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

    /// <summary>Waits until there is a run to work for.</summary>
    /// <returns>Null when the worker is to end.</returns>
    internal RunSession? WaitForRun()
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

    /// <summary>Whether it is to end rather than go on waiting.</summary>
    internal bool MustEnd()
    {
        lock (_gate)
        {
            return IsEnding;
        }
    }

    /// <summary>Opens an operation.</summary>
    /// <returns>False when it was ordered to stop before: it is reported when the worker ends.</returns>
    internal bool TryOpen(Assignment assignment)
    {
        lock (_gate)
        {
            if (_early is { } early && assignment.Is(early.Run, early.Operation, early.Attempt))
            {
                _stopRequested = true;
                _pending = assignment;
                return false;
            }

            _early = null;
            _open = assignment;
            return true;
        }
    }

    /// <summary>Closes the open operation. From here on a stop order for it comes too late; one that came before ends the worker.</summary>
    internal Assignment? TryClose()
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

    /// <summary>Keeps an operation for a runspace in which nothing has run.</summary>
    internal void Postpone(Assignment assignment)
    {
        lock (_gate)
        {
            _pending = assignment;
        }
    }

    /// <summary>The operation that was kept.</summary>
    /// <returns>Null when there is none, or it was ordered to stop.</returns>
    internal Assignment? TakePostponed()
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

    /// <summary>Whether an operation is kept.</summary>
    internal bool HasPostponed => _pending is not null;

    /// <summary>Lets go of the operation that was taken, which is being reported.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            _open = null;
            _pending = null;
        }
    }

    /// <summary>Leaves a run that has no more work.</summary>
    /// <returns>False when it works for another one by now.</returns>
    internal bool TryLeave(RunSession run)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_bound, run))
            {
                return false;
            }

            _bound = null;
            return true;
        }
    }

    /// <summary>Takes no more runs.</summary>
    /// <returns>The run that it worked for.</returns>
    internal RunSession? End()
    {
        lock (_gate)
        {
            _retired = true;
            var bound = _bound;
            _bound = null;
            return bound;
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
