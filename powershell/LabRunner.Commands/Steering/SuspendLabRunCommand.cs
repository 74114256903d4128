using System.Management.Automation;

namespace LabRunner.Steering;

/// <summary>Lets runs that are under way start nothing more until they are resumed.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "LabRun", SupportsShouldProcess = true)]
[OutputType(typeof(LabRunRecord))]
public sealed class SuspendLabRunCommand : RunOrderCommand
{
    /// <inheritdoc/>
    private protected override void Answer() => Order("suspend", "Suspend");
}
