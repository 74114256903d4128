using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Execution;

/// <summary>Ends what runs when the session ends, within the grace that every stop has.</summary>
/// <remarks>
/// The engine closes every open runspace then, one after the other, and waits for each: an operation that does not stop
/// would keep PowerShell from ending for ever.
/// </remarks>
internal static class SessionEnd
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static int _watches;

    /// <summary>Looks out for it. The session is that of the process; the engine knows it, and does not publish it.</summary>
    internal static void Watch()
    {
        if (Interlocked.Exchange(ref _watches, 1) == 0
            && typeof(Runspace).GetProperty("PrimaryRunspace", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)?.GetValue(null) is Runspace primary)
        {
            primary.StateChanged += (_, change) =>
            {
                if (change.RunspaceStateInfo.State == RunspaceState.Closing)
                {
                    ControlThread.CancelAll();
                    WorkerPool.End(Grace);
                }
            };
        }
    }
}
