using System.Management.Automation;
using LabRunner.Runs;

namespace LabRunner.Cmdlets;

/// <summary>Tells what live runs are at, and why what waits is waiting.</summary>
[Cmdlet(VerbsCommon.Get, "ActiveLabOperations")]
[OutputType(typeof(LabActiveOperation))]
public sealed class GetActiveLabOperationsCommand : QueryCommand
{
    /// <inheritdoc/>
    private protected override void Answer()
    {
        foreach (var operation in ActiveOperations.Look())
        {
            WriteObject(operation);
        }
    }
}
