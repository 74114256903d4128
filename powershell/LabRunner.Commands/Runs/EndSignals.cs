using System.Runtime.InteropServices;
using LabRunner.Interop;

namespace LabRunner.Runs;

/// <summary>Ends runs in order when the system asks the process to end: by SIGTERM or SIGHUP, a closed terminal or console, a shutdown.</summary>
/// <remarks>
/// As with Ctrl-C, what the session runs is stopped, runs are canceled, and their operations have their grace. Then the process ends with
/// the code that shells give to that signal. Without a run under way the signal is none of this module's business, and does what it did
/// before. A signal that the process was started to ignore (nohup) stays ignored.
/// </remarks>
internal static class EndSignals
{
    // What a shell adds to the number of the signal that ended a program.
    private const int SignalBase = 128;

    // Runs end by themselves within the graces of their operations; only a defect could take longer.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly List<PosixSignalRegistration> Registrations = [];
    private static readonly ManualResetEventSlim Done = new();
    private static int _code;

    /// <summary>Looks out for them; called once, when the first run of the process starts.</summary>
    internal static void Watch()
    {
        // On Windows these are the closing of the console, and the end of the session or the system.
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            Registrations.Add(PosixSignalRegistration.Create(signal, Came));
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            WaitForEnd();
            if (_code != 0)
            {
                Environment.ExitCode = _code;
            }
        };
    }

    /// <summary>Waits, when a signal has come, until what it ends has ended.</summary>
    internal static void WaitForEnd()
    {
        if (_code != 0)
        {
            Done.Wait(Limit);
        }
    }

    private static void Came(PosixSignalContext context)
    {
        if (_code == 0 && !ControlThread.HasRuns)
        {
            return;
        }

        context.Cancel = true;
        var code = SignalBase + (context.Signal == PosixSignal.SIGHUP ? 1 : 15);
        if (Interlocked.CompareExchange(ref _code, code, 0) != 0)
        {
            // Asked again: no more grace for anybody.
            ControlThread.CancelAll(mode: CancelMode.Hard);
            return;
        }

        try
        {
            // In this order: a command that ended before its pipeline is stopped would let the script's `finally` blocks begin, and the stop
            // would end what they do.
            ControlThread.CancelBackground();
            SessionEnd.StopSession();
            ControlThread.InterruptAll();
            ControlThread.WaitUntilOver(Limit);
        }
        finally
        {
            Done.Set();
        }

        Environment.Exit(_code);
    }
}
