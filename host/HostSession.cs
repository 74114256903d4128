using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;
using Microsoft.PowerShell;

namespace LabRunner.Host;

/// <summary>One runspace on the console, from its opening to its exit code.</summary>
internal sealed class HostSession : IDisposable
{
    private const int Failed = 1;

    /// <summary>
    /// A text whose last statement failed gives 1, as in PowerShell. Asked inside the text: to the next pipeline
    /// its `$?` is gone.
    /// </summary>
    private const string FailIfLastFailed = "\nif (-not $?) { $Host.SetShouldExit(1) }";

    /// <summary>What a shell adds to the number of the signal that ended a program.</summary>
    private const int SignalBase = 128;

    private readonly ConsoleHost _host;
    private readonly Runspace _runspace;
    private readonly List<PosixSignalRegistration> _signals = [];
    private PowerShell? _running;
    private int? _stoppedBy;

    public HostSession(bool nonInteractive)
    {
        _host = new ConsoleHost(nonInteractive);
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            // PowerShell's own default; without a configuration the bare engine would refuse every script.
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        }

        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Name = "LabRunner.Host";
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();
        EngineContext.LetExitEndTheHost(_runspace);
        Runspace.DefaultRunspace = _runspace;
        _host.Runspace = _runspace;
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            _signals.Add(PosixSignalRegistration.Create(signal, Stop));
        }
    }

    /// <summary>Runs what the command line asks for; gives the exit code.</summary>
    public int Run(HostArguments arguments)
    {
        using var shell = PowerShell.Create(_runspace);
        if (arguments.File is not null)
        {
            var command = new Command(arguments.File, isScript: false, useLocalScope: false);
            foreach (var parameter in arguments.Rest)
            {
                command.Parameters.Add(parameter);
            }

            shell.Commands.AddCommand(command);
        }
        else
        {
            shell.AddScript(arguments.Command + FailIfLastFailed, useLocalScope: false);
        }

        // Errors are shown where they happen, between the output, and still in the error stream's way.
        var show = new Command("Out-Default") { MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output };
        shell.Commands.AddCommand(show);
        var ended = Invoke(shell);
        if (_stoppedBy is { } signal)
        {
            return SignalBase + signal;
        }

        if (_host.ExitCode is { } code)
        {
            return code;
        }

        return ended ? 0 : Failed;
    }

    private bool Invoke(PowerShell shell)
    {
        try
        {
            _running = shell;
            shell.Invoke();
            return shell.InvocationStateInfo.State == PSInvocationState.Completed;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException error)
        {
            Show(error.ErrorRecord);
            return false;
        }
        finally
        {
            _running = null;
        }
    }

    private void Show(ErrorRecord error)
    {
        using var shell = PowerShell.Create(_runspace);
        _host.Console.ShowsError = true;
        shell.AddCommand("Out-Default").Invoke(new[] { error });
        _host.Console.ShowsError = false;
    }

    /// <summary>The first signal stops the pipeline, so that `finally` blocks run; a second one ends the process.</summary>
    private void Stop(PosixSignalContext context)
    {
        if (Interlocked.Exchange(ref _running, null) is { } shell)
        {
            context.Cancel = true;
            _stoppedBy = context.Signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGTERM => 15, _ => 2 };
            shell.BeginStop(null, null);
        }
    }

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _runspace.Dispose();
    }
}
