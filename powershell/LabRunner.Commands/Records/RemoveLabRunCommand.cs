using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Records;

/// <summary>Deletes recorded runs that are not under way.</summary>
[Cmdlet(VerbsCommon.Remove, "LabRun", SupportsShouldProcess = true)]
public sealed class RemoveLabRunCommand : RecordCommand
{
    /// <inheritdoc/>
    private protected override void Answer() => ForEach(Places(), place =>
    {
        if (Voice.ShouldProcess(place, "Delete the recorded run"))
        {
            LabCore.RemoveRecord(place);
        }
    });
}
