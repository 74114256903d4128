using System.Management.Automation;

namespace LabRunner.Steering;

/// <summary>Stops runs that are under way, of whatever process.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LabRun", SupportsShouldProcess = true)]
[OutputType(typeof(LabRunRecord))]
public sealed class StopLabRunCommand : RunOrderCommand
{
    /// <summary>Gives operations no time to end in order.</summary>
    [Parameter]
    public SwitchParameter Kill { get; set; }

    /// <inheritdoc/>
    private protected override void Answer() => Order("stop", Kill ? "Kill" : "Stop", Kill);
}
