using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Restarts;
using LabRunner.Runs;
using LabRunner.Steering;

namespace LabRunner.Cmdlets;

/// <summary>Goes on where a run stopped: runs again what did not succeed, and keeps the rest.</summary>
[Cmdlet(VerbsLifecycle.Resume, "LabRun", SupportsShouldProcess = true)]
[OutputType(typeof(LabOrchestrationReport), typeof(LabRunJob), typeof(LabResumeStep))]
public sealed class ResumeLabRunCommand : GoOnCommandBase
{
    /// <summary>Resumes all runs that wait for a restart of this machine, once that has taken place.</summary>
    [Parameter]
    public SwitchParameter Pending { get; set; }

    /// <summary>What is done with operations that were running when the run died.</summary>
    [Parameter]
    [ValidateSet("Rerun", "Skip", "Stop")]
    public string OnUnknown { get; set; } = "Rerun";

    /// <summary>How many runs in a row may die while an operation is running before it is not started again.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int MaxCrash { get; set; } = 2;

    /// <summary>How many restarts of the machine operations may ask for, those that took place among them.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int MaxRestarts { get; set; }

    /// <summary>Keeps what succeeded although it has changed since.</summary>
    [Parameter]
    public SwitchParameter KeepChanged { get; set; }

    /// <inheritdoc/>
    private protected override bool Undoes => false;

    /// <inheritdoc/>
    private protected override int? Restarts => Given(nameof(MaxRestarts)) ? MaxRestarts : null;

    /// <inheritdoc/>
    private protected override void Run()
    {
        if (!Pending)
        {
            base.Run();
            return;
        }

        if (Id is not null || Name is not null || Path is not null)
        {
            throw LabRunnerError.Contradiction("-Pending resumes all runs that wait for a restart, and -Id, -Name and -Path name one run.", "Leave one of them out.");
        }

        var pending = LabCore.PendingRuns(RunFolders.Root);
        if (pending.Length == 0)
        {
            Voice.WriteInformation(new HostInformationMessage { Message = "No run waits for a restart of this machine." }, ["PSHOST"]);
        }

        foreach (var run in pending)
        {
            if (run.Restarted != true && !Force)
            {
                Voice.WriteWarning(ParkedText.Waits(run));
                continue;
            }

            try
            {
                // Without a caller who stands anywhere, what a lab says of places counts from where it was started.
                At(run, () => GoOn(Find(null, null, run.Directory), withOperations: run.Source is null));
            }
            catch (LabRunnerException fault)
            {
                // A run that cannot be resumed does not keep the others waiting.
                CommandGuard.Write(Voice, fault.ErrorRecord);
            }
        }
    }

    /// <inheritdoc/>
    private protected override bool GoesOnInPlace(LabEarlierRun run)
    {
        if (!run.IsSuspended)
        {
            return false;
        }

        if (Voice.ShouldProcess($"Resume {run}: it is suspended, and goes on in its own process.", $"Resume {run}?", "Resume-LabRun"))
        {
            var done = SteeringOrder.Send(run.Directory, "resume", null, kill: false, () => IsStopped);
            Voice.WriteInformation(new HostInformationMessage { Message = done }, ["PSHOST"]);
        }

        return true;
    }

    private void At(PendingRun run, Action goOn)
    {
        var paths = Voice.SessionState.Path;
        var before = paths.CurrentLocation;
        var place = new LabEarlierRun(Find(null, null, run.Directory)).Call.Text(LabCall.Location);
        if (place is null || !Directory.Exists(place))
        {
            goOn();
            return;
        }

        paths.SetLocation(WildcardPattern.Escape(place));
        try
        {
            goOn();
        }
        finally
        {
            paths.SetLocation(WildcardPattern.Escape(before.Path));
        }
    }

    /// <inheritdoc/>
    private protected override Dictionary<string, object?> HowToGoOn() => new(base.HowToGoOn())
    {
        ["on_unknown"] = OnUnknown.ToLowerInvariant(),
        ["max_crash"] = MaxCrash,
        ["keep_changed"] = KeepChanged.IsPresent,
    };
}
