using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Pilot;

/// <summary>The mark in the environment of everything that an operation's own process starts: by it, what has left the process is found.</summary>
internal sealed class OperationMark(RunSession run, int operation, uint attempt)
{
    /// <summary>The variable that has the mark.</summary>
    internal const string Variable = "LABRUNNER_MARK";

    // How often is looked while the last of it disappear, and how often at those that a kill has missed.
    private const int PollMs = 20;
    private const int KillRounds = 8;

    private readonly object _gate = new();

    /// <summary>The value for the process and all that it starts.</summary>
    internal string? Value => run.MarkOf(operation, attempt);

    /// <summary>Ends all that has the mark: it is asked to end, and killed when it has not done so within the grace.</summary>
    internal void End(TimeSpan grace)
    {
        lock (_gate)
        {
            var end = Environment.TickCount64 + (long)grace.TotalMilliseconds;
            if (run.Signal(operation, attempt, MarkedSignal.Terminate) == 0)
            {
                return;
            }

            while (Environment.TickCount64 < end)
            {
                Thread.Sleep(PollMs);
                if (run.Signal(operation, attempt, MarkedSignal.None) == 0)
                {
                    return;
                }
            }

            for (var round = 0; round < KillRounds && run.Signal(operation, attempt, MarkedSignal.Kill) > 0; round++)
            {
                Thread.Sleep(PollMs);
            }
        }
    }
}
