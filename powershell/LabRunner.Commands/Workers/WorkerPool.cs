using LabRunner.Errors;
using LabRunner.Isolation;
using LabRunner.Runs;

namespace LabRunner.Workers;

/// <summary>The process's warm workers: bound to a run when it asks for some, parked when it is over.</summary>
internal static class WorkerPool
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(3);

    private static readonly object Gate = new();
    private static readonly Stack<Worker> Idle = new();
    private static readonly HashSet<Worker> All = [];
    private static Timer? _reaper;

    // A parked worker holds about 2 MB: a wide run may keep its own for the next call, but not without bound.
    private static int ParkLimit => Math.Max(64, 4 * Environment.ProcessorCount);

    /// <summary>Binds workers to the run until it has as many as it asked for.</summary>
    internal static void Provide(RunSession run, int wanted)
    {
        var fingerprint = WorkerSession.FingerprintOf(run.Caller);
        List<Worker> born = [];
        lock (Gate)
        {
            run.WantedWorkers = Math.Min(wanted, run.Settings.MaxConcurrency);
            while (!run.IsOver && run.BoundWorkers.Count < run.WantedWorkers)
            {
                if (TryTakeIdle(fingerprint, out var worker))
                {
                    if (worker.Bind(run))
                    {
                        run.BoundWorkers.Add(worker);
                    }

                    continue;
                }

                worker = new Worker(run.Caller, run);
                All.Add(worker);
                born.Add(worker);
                run.BoundWorkers.Add(worker);
            }
        }

        foreach (var worker in born)
        {
            worker.Start();
        }
    }

    /// <summary>Opens the first workers of a run that is about to start, so that they are up when it has been checked.</summary>
    /// <remarks>Should it not start after all, they wait for the next one as any other does that is parked.</remarks>
    internal static void Expect(CallerState caller, int wanted)
    {
        var fingerprint = WorkerSession.FingerprintOf(caller);
        List<Worker> born = [];
        lock (Gate)
        {
            for (var there = Idle.Count(worker => worker.Fingerprint == fingerprint); there + born.Count < wanted;)
            {
                born.Add(new Worker(caller, null));
            }

            foreach (var worker in born)
            {
                All.Add(worker);
                Rest(worker);
            }
        }

        foreach (var worker in born)
        {
            worker.Start();
        }
    }

    /// <summary>How many workers there are, running or idle.</summary>
    internal static int Count
    {
        get
        {
            lock (Gate)
            {
                return All.Count;
            }
        }
    }

    /// <summary>The worker of that number, if the run has it.</summary>
    internal static Worker? Find(RunSession run, uint number)
    {
        lock (Gate)
        {
            return run.BoundWorkers.FirstOrDefault(worker => worker.Number == number);
        }
    }

    /// <summary>Takes a worker back from a run that needs it no more.</summary>
    /// <returns>Whether it is kept; otherwise it should end.</returns>
    internal static bool Park(Worker worker, RunSession run)
    {
        lock (Gate)
        {
            run.BoundWorkers.Remove(worker);
            if (Idle.Count >= ParkLimit)
            {
                All.Remove(worker);
                return false;
            }

            Rest(worker);
            Monitor.PulseAll(Gate);
            return true;
        }
    }

    /// <summary>A worker has ended. If its run still wants it, another one takes its place.</summary>
    internal static void Lost(Worker worker, RunSession? run, Exception? fault)
    {
        bool alone;
        lock (Gate)
        {
            All.Remove(worker);
            Monitor.PulseAll(Gate);
            Forget(worker);
            if (run is null || !run.BoundWorkers.Remove(worker))
            {
                return;
            }

            alone = run.BoundWorkers.Count == 0;
        }

        if (run.IsOver)
        {
            return;
        }

        if (fault is null)
        {
            Provide(run, run.WantedWorkers);
        }
        else if (alone)
        {
            // The last one could not even open: a replacement would fare no better.
            run.Break(Errors.LabRunnerError.NotOpened(fault));
        }
    }

    /// <summary>A worker whose operation does not stop: the run gets another in its place.</summary>
    internal static void Abandon(RunSession run, uint number)
    {
        Worker? worker;
        lock (Gate)
        {
            worker = Find(run, number);
            if (worker is null)
            {
                return;
            }

            run.BoundWorkers.Remove(worker);
        }

        worker.Abandon();

        if (!run.IsOver)
        {
            Provide(run, run.WantedWorkers);
        }
    }

    /// <summary>The session ends, and all runs were canceled: waits for the workers that run something, and abandons those that do not stop.</summary>
    /// <remarks>
    /// The others end by themselves, before the engine comes to them: it stops a pipeline from the inside out, and ends the
    /// process when the outer one has gone by the time it gets there.
    /// </remarks>
    internal static void End(TimeSpan grace)
    {
        Worker[] unresponsive;
        Worker[] all;
        var end = Environment.TickCount64 + (long)grace.TotalMilliseconds;
        lock (Gate)
        {
            for (var left = grace.TotalMilliseconds; left > 0 && All.Any(worker => worker.IsAtWork); left = end - Environment.TickCount64)
            {
                Monitor.Wait(Gate, (int)left);
            }

            unresponsive = [.. All.Where(worker => worker.IsAtWork)];
            all = [.. All];
        }

        foreach (var worker in all.Except(unresponsive))
        {
            worker.Retire();
        }

        foreach (var worker in unresponsive)
        {
            worker.Abandon();
        }

        SpinWait.SpinUntil(() => Array.TrueForAll(all, worker => worker.IsAbandoned), grace);
    }

    /// <summary>Ends all parked workers, for the module is being removed.</summary>
    internal static void Drain()
    {
        Worker[] parked;
        lock (Gate)
        {
            parked = [.. Idle];
            Idle.Clear();
            All.ExceptWith(parked);
            _reaper?.Dispose();
            _reaper = null;
        }

        foreach (var worker in parked)
        {
            worker.Retire();
        }
    }

    private static void Rest(Worker worker)
    {
        worker.ParkedAt = Environment.TickCount64;
        Idle.Push(worker);
        _reaper ??= new Timer(_ => Reap(), null, IdleLimit, IdleLimit);
    }

    private static bool TryTakeIdle(WorkerFingerprint fingerprint, out Worker worker)
    {
        List<Worker> others = [];
        worker = null!;
        while (Idle.TryPop(out var candidate))
        {
            if (candidate.Fingerprint == fingerprint)
            {
                worker = candidate;
                break;
            }

            others.Add(candidate);
        }

        for (var i = others.Count - 1; i >= 0; i--)
        {
            Idle.Push(others[i]);
        }

        return worker is not null;
    }

    private static void Forget(Worker worker)
    {
        if (Idle.Contains(worker))
        {
            var others = Idle.Where(other => other != worker).Reverse().ToArray();
            Idle.Clear();
            foreach (var other in others)
            {
                Idle.Push(other);
            }
        }
    }

    private static void Reap()
    {
        List<Worker> old = [];
        lock (Gate)
        {
            var now = Environment.TickCount64;
            var young = Idle.Reverse().ToList();
            foreach (var worker in young.Where(worker => now - worker.ParkedAt > IdleLimit.TotalMilliseconds).ToArray())
            {
                young.Remove(worker);
                All.Remove(worker);
                old.Add(worker);
            }

            Idle.Clear();
            young.ForEach(Idle.Push);
            if (Idle.Count == 0)
            {
                _reaper?.Dispose();
                _reaper = null;
            }
        }

        foreach (var worker in old)
        {
            worker.Retire();
        }
    }
}
