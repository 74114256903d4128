using System.Management.Automation;

namespace LabRunner.Cmdlets;

/// <summary>Tells what differs between two plans.</summary>
[Cmdlet(VerbsData.Compare, "LabPlan")]
[OutputType(typeof(LabPlanDifference))]
public sealed class CompareLabPlanCommand : QueryCommand
{
    /// <summary>The plan that is compared with.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public LabExecutionPlan? ReferencePlan { get; set; }

    /// <summary>The plan that is compared.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public LabExecutionPlan? DifferencePlan { get; set; }

    /// <inheritdoc/>
    private protected override void Answer() => WriteObject(LabPlanDifference.Of(ReferencePlan!, DifferencePlan!));
}
