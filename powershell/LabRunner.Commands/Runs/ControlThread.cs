using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Isolation;

namespace LabRunner.Runs;

/// <summary>The one thread of the process that hears what the core has to say about all runs.</summary>
/// <remarks>It never waits for a worker or a reader: a stop is begun, an event is put on a queue where it always fits.</remarks>
internal static class ControlThread
{
    // How long it stays without a run before it ends; the next run starts another one.
    private const int LingerMs = 30_000;

    private static readonly object Gate = new();
    private static readonly Dictionary<ulong, RunSession> Runs = [];
    private static bool _running;

    /// <summary>Starts a run so that none of its events is missed: dispatching waits until the session is complete.</summary>
    /// <param name="session">The run.</param>
    /// <param name="start">Starts it, puts the handle into the session and returns the handle's number.</param>
    internal static void Register(RunSession session, Func<ulong> start)
    {
        lock (Gate)
        {
            if (Runs.Count == 0)
            {
                EnvironmentWatch.Learn();
            }

            Runs.Add(start(), session);
            if (!_running)
            {
                _running = true;
                new Thread(Main) { IsBackground = true, Name = "LabRunner control" }.Start();
            }
        }
    }

    /// <summary>When a live run started; nothing for one that is not known here.</summary>
    internal static DateTime? StartOf(ulong handle)
    {
        lock (Gate)
        {
            return Runs.TryGetValue(handle, out var run) ? run.StartedAt : null;
        }
    }

    /// <summary>Whether there are live runs.</summary>
    internal static bool HasRuns
    {
        get
        {
            lock (Gate)
            {
                return Runs.Count > 0;
            }
        }
    }

    /// <summary>Cancels live runs: those of a runspace that the module is being removed from, or all when the session ends.</summary>
    internal static void CancelAll(Guid? origin = null, CancelMode mode = CancelMode.Graceful)
    {
        foreach (var run in Live(origin))
        {
            run.Cancel(mode);
        }
    }

    /// <summary>Cancels the live runs that no command reads.</summary>
    internal static void CancelBackground()
    {
        foreach (var run in Live(null).Where(run => !run.HasReader))
        {
            run.Cancel(CancelMode.Graceful);
        }
    }

    /// <summary>Cancels all live runs, and stops the commands that read them. Those inside an operation end with it.</summary>
    internal static void InterruptAll()
    {
        foreach (var run in Live(null).Where(run => !run.IsNested))
        {
            run.Interrupt();
        }
    }

    /// <summary>Waits until no run is live; gives up after a limit.</summary>
    internal static void WaitUntilOver(TimeSpan limit)
    {
        var end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (Gate)
        {
            for (var left = (long)limit.TotalMilliseconds; left > 0 && Runs.Count > 0; left = end - Environment.TickCount64)
            {
                Monitor.Wait(Gate, (int)left);
            }
        }
    }

    private static RunSession[] Live(Guid? origin)
    {
        lock (Gate)
        {
            return [.. Runs.Values.Where(run => origin is null || run.Origin == origin)];
        }
    }

    private static void Main()
    {
        while (true)
        {
            LabEvent[] events;
            try
            {
                events = LabCore.Events(LingerMs);
            }
            catch (Exception error)
            {
                // Without events no run can go on: each one ends with the reason, and nothing waits for ever.
                FailAll(error);
                return;
            }

            lock (Gate)
            {
                foreach (var happened in events)
                {
                    Dispatch(happened);
                }

                if (events.Length == 0 && Runs.Count == 0)
                {
                    _running = false;
                    return;
                }
            }
        }
    }

    private static void Dispatch(LabEvent happened)
    {
        if (!Runs.TryGetValue(happened.Run, out var run))
        {
            return;
        }

        try
        {
            run.On(happened);
        }
        catch (Exception error)
        {
            run.Break(LabRunnerError.Engine(error));
        }

        if (happened.Kind == LabEventKind.Finished)
        {
            Runs.Remove(happened.Run);
            Monitor.PulseAll(Gate);
        }
    }

    private static void FailAll(Exception error)
    {
        RunSession[] runs;
        lock (Gate)
        {
            _running = false;
            runs = [.. Runs.Values];
            Runs.Clear();
            Monitor.PulseAll(Gate);
        }

        foreach (var run in runs)
        {
            run.Break(LabRunnerError.Engine(error));
        }
    }
}
