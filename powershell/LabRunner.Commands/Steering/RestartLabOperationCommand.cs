using System.Management.Automation;

namespace LabRunner.Steering;

/// <summary>Stops operations of a run that is under way, and starts them again.</summary>
[Cmdlet(VerbsLifecycle.Restart, "LabOperation", SupportsShouldProcess = true)]
public sealed class RestartLabOperationCommand : OperationOrderCommand
{
    /// <inheritdoc/>
    private protected override void Answer() => Order("restart", "Restart");
}
