using System.Management.Automation;

namespace LabRunner.Steering;

/// <summary>Skips operations of a run that is under way.</summary>
[Cmdlet(VerbsCommon.Skip, "LabOperation", SupportsShouldProcess = true)]
public sealed class SkipLabOperationCommand : OperationOrderCommand
{
    /// <inheritdoc/>
    private protected override void Answer() => Order("skip", "Skip");
}
