using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Engine;
using LabRunner.Isolation;
using LabRunner.Runs;

namespace LabRunner.Workers;

/// <summary>The runspace of a worker: how it is opened, reset between two operations, and replaced.</summary>
/// <remarks>Only the worker's own thread changes it. <see cref="IsOpen"/> and <see cref="Opened"/> are for everybody.</remarks>
internal sealed class WorkerRunspace(WorkerLoop loop, CallerState bornFor)
{
    // Opening a runspace is processor work: more at a time than there are processors only delays the first.
    private static readonly SemaphoreSlim OpenGate = new(Environment.ProcessorCount);

    private volatile Runspace? _runspace;
    private LoopVariables? _variables;
    private StateBaseline? _baseline;
    private RunSession? _adopted;
    private bool _dirty;

    /// <summary>The runspace; null before it is opened.</summary>
    internal Runspace? Opened => _runspace;

    /// <summary>Whether it can run something.</summary>
    internal bool IsOpen => _runspace is { RunspaceStateInfo.State: RunspaceState.Opened };

    /// <summary>The frames that the stack trace of every operation's error ends with.</summary>
    internal string Frames { get; private set; } = "";

    /// <summary>The transcript that an operation may have started.</summary>
    internal Transcript? Transcript { get; private set; }

    /// <summary>Whether an operation has run in it.</summary>
    internal bool IsUsed { get; private set; }

    /// <summary>Whether it must not run anything more.</summary>
    internal bool IsSpent { get; set; }

    /// <summary>Opens it.</summary>
    internal void Open()
    {
        OpenGate.Wait();
        try
        {
            var runspace = Open(mayShare: true) ?? Open(mayShare: false)!;
            runspace.Debugger?.SetDebugMode(DebugModes.None);
            _variables = WorkerSession.Prepare(runspace, loop);
        }
        finally
        {
            OpenGate.Release();
        }

        bornFor.Import.Apply(_runspace!);
    }

    /// <summary>Replaces it: the old one goes with all that operations have left in it.</summary>
    internal void Renew()
    {
        _runspace?.Dispose();
        _variables = null;
        _baseline = null;
        _adopted = null;
        _dirty = false;
        IsUsed = false;
        IsSpent = false;
        Open();
    }

    /// <summary>Closes it for good.</summary>
    internal void Dispose()
    {
        // While somebody else closes it - at the end of the session, say - disposing would pull it from under their feet.
        if (_runspace is { RunspaceStateInfo.State: not RunspaceState.Closing } runspace)
        {
            runspace.Dispose();
        }
    }

    /// <summary>A pipeline has begun in it, with this command.</summary>
    internal void Enter(PSCmdlet command)
    {
        _baseline ??= new StateBaseline(command);
        Transcript = Transcript.Of(command.Host);
        Frames = string.Join(Environment.NewLine, (_runspace!.Debugger?.GetCallStack() ?? []).Select(frame => frame.ToString()));
    }

    /// <summary>Makes the session that of a run's caller.</summary>
    internal void Adopt(RunSession run)
    {
        if (!ReferenceEquals(run, _adopted))
        {
            _baseline!.Adopt(run.Caller);
            _adopted = run;
        }
    }

    /// <summary>Tells the loop what to run next.</summary>
    internal void Load(object? unit, object?[] positional, IDictionary? named)
    {
        IsUsed = true;
        _variables!.Unit.Value = unit;
        _variables.Positional.Value = positional;
        _variables.Named.Value = named;
    }

    /// <summary>Forgets the run that it worked for, so that nothing keeps its objects alive.</summary>
    internal void Unload()
    {
        _adopted = null;
        _variables!.Unit.Value = null;
        _variables.Positional.Value = null;
        _variables.Named.Value = null;
    }

    /// <summary>Puts the session back to what it was before the operation.</summary>
    /// <param name="kept">What the operation left that is not looked at.</param>
    /// <returns>False when that cannot be done.</returns>
    internal bool TryRestore(IReadOnlyCollection<object?> kept) => _baseline!.TryRestore(kept);

    /// <summary>An operation has ended with the pipeline, so that the session has not been reset.</summary>
    internal void MarkDirty() => _dirty = true;

    /// <summary>Puts the session back if an operation has ended with the pipeline.</summary>
    internal bool TryClean()
    {
        if (_dirty && !TryRestore([]))
        {
            return false;
        }

        _dirty = false;
        return true;
    }

    private Runspace? Open(bool mayShare)
    {
        var state = WorkerSession.Create(bornFor);
        var formats = SharedFormats.Leave(state);
        var drives = mayShare && SharedFileSystem.Leave(state);
        var runspace = RunspaceFactory.CreateRunspace(new WorkerHost(loop), state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Name = $"LabRunner worker {loop.Worker.Number}";
        _runspace = runspace;
        runspace.Open();
        SharedFormats.Join(runspace, formats);
        if (SharedFileSystem.Join(runspace, drives))
        {
            return runspace;
        }

        runspace.Dispose();
        return null;
    }
}
