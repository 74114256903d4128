using System.Management.Automation;
using LabRunner.Runs;

namespace LabRunner.Cmdlets;

/// <summary>Goes on where a run stopped: runs again what did not succeed, and keeps the rest.</summary>
[Cmdlet(VerbsLifecycle.Resume, "LabRun", SupportsShouldProcess = true)]
[OutputType(typeof(LabOrchestrationReport), typeof(LabRunJob), typeof(LabResumeStep))]
public sealed class ResumeLabRunCommand : GoOnCommandBase
{
    /// <summary>What is done with operations that were running when the run died.</summary>
    [Parameter]
    [ValidateSet("Rerun", "Skip", "Stop")]
    public string OnUnknown { get; set; } = "Rerun";

    /// <summary>How many runs in a row may die while an operation is running before it is not started again.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int MaxCrash { get; set; } = 2;

    /// <summary>Keeps what succeeded although it has changed since.</summary>
    [Parameter]
    public SwitchParameter KeepChanged { get; set; }

    /// <inheritdoc/>
    private protected override bool Undoes => false;

    /// <inheritdoc/>
    private protected override Dictionary<string, object?> HowToGoOn() => new(base.HowToGoOn())
    {
        ["on_unknown"] = OnUnknown.ToLowerInvariant(),
        ["max_crash"] = MaxCrash,
        ["keep_changed"] = KeepChanged.IsPresent,
    };
}
