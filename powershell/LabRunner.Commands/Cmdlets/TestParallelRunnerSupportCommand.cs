using System.Management.Automation;

namespace LabRunner.Cmdlets;

/// <summary>Tells whether operations can run in parallel here.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ParallelRunnerSupport")]
[OutputType(typeof(bool), typeof(ParallelSupport))]
public sealed class TestParallelRunnerSupportCommand : QueryCommand
{
    /// <summary>Returns what was looked at instead of yes or no.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var support = ParallelSupport.Look(Voice);
        WriteObject(Detailed ? support : support.Supported);
    }
}
