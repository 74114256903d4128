using System.Management.Automation.Runspaces;
using System.Reflection;
using LabRunner.Engine;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>Ends what runs when the session ends, within the grace that every stop has.</summary>
/// <remarks>
/// The engine closes every open runspace then, one after the other, and waits for each: an operation that does not stop
/// would keep PowerShell from ending for ever.
/// </remarks>
internal static class SessionEnd
{
    /// <summary>Time for what was asked to end.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static int _watches;

    /// <summary>The session of the process; the engine knows it, and does not publish it.</summary>
    private static Runspace? Primary => EngineMembers.PrimaryRunspace.Property?.GetValue(null) as Runspace;

    /// <summary>Subscribes once to the closing of that session.</summary>
    internal static void Watch()
    {
        if (Interlocked.Exchange(ref _watches, 1) != 0)
        {
            return;
        }

        EndSignals.Watch();
        if (Primary is { } primary)
        {
            primary.StateChanged += (_, change) =>
            {
                if (change.RunspaceStateInfo.State == RunspaceState.Closing)
                {
                    EndSignals.WaitForEnd();
                    ControlThread.CancelAll();
                    WorkerPool.End(Grace);
                }
            };
        }
    }

    /// <summary>Stops what the session runs now, as Ctrl-C does, and waits within the grace for its <c>finally</c> blocks.</summary>
    internal static void StopSession() => StopPipeline(Primary);

    /// <summary>Stops what a runspace runs now, and waits within a grace until its <c>finally</c> blocks have run.</summary>
    internal static void StopPipeline(Runspace? runspace, TimeSpan? grace = null)
    {
        var stopping = new Thread(() =>
        {
            try
            {
                // Neither is part of the standard library.
                var pipeline = runspace is null ? null : EngineMembers.RunningPipeline.Method?.Invoke(runspace, null);
                pipeline?.GetType().GetMethod("Stop", [])?.Invoke(pipeline, null);
            }
            catch (TargetInvocationException)
            {
                // It has just ended.
            }
        })
        {
            IsBackground = true,
            Name = "LabRunner stop",
        };
        stopping.Start();
        stopping.Join(grace ?? Grace);
    }
}
