using System.Management.Automation;
using LabRunner.Runs;

namespace LabRunner.Cmdlets;

/// <summary>Undoes what had succeeded in a run, by the rollback of each operation.</summary>
[Cmdlet(VerbsCommon.Undo, "LabRun", SupportsShouldProcess = true)]
[OutputType(typeof(LabOrchestrationReport), typeof(LabRunJob), typeof(LabResumeStep))]
public sealed class UndoLabRunCommand : GoOnCommandBase
{
    /// <inheritdoc/>
    private protected override bool Undoes => true;
}
