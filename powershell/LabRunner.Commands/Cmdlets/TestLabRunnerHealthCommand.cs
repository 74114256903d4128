using System.Management.Automation;

namespace LabRunner.Cmdlets;

/// <summary>Tells whether LabRunner itself is well on this machine.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LabRunnerHealth")]
[OutputType(typeof(LabHealth), typeof(bool))]
public sealed class TestLabRunnerHealthCommand : QueryCommand
{
    /// <summary>Returns yes or no instead of what was looked at.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var health = LabHealth.Look(Voice);
        WriteObject(Quiet ? health.Healthy : health);
    }
}
