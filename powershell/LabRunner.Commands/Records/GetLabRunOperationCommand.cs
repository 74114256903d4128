using System.Management.Automation;
using LabRunner.Interop;

namespace LabRunner.Records;

/// <summary>Gets the operations of a recorded run: how each ended, why, and why others never started.</summary>
[Cmdlet(VerbsCommon.Get, "LabRunOperation")]
[OutputType(typeof(LabRunOperation))]
public sealed class GetLabRunOperationCommand : RecordCommand
{
    /// <summary>Only operations of these names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabRunOperationCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Only operations that stand like this.</summary>
    [Parameter]
    [ValidateSet("Waiting", "Running", "Serving", "Stopping", "Backoff", "Interrupted", "Succeeded", "Failed", "TimedOut", "Canceled", "Skipped", "Abandoned")]
    public string[] Status { get; set; } = [];

    /// <inheritdoc/>
    private protected override void Answer() => ForEach(Places(), place =>
    {
        var detail = LabCore.Record(place, Name);
        Warn(detail.Warnings);
        var run = LabRunRecord.Of(detail);
        foreach (var operation in detail.Operations.Select(item => LabRunOperation.Of(run, place, item)))
        {
            if (Status.Length == 0 || Status.Contains(operation.Status, StringComparer.OrdinalIgnoreCase))
            {
                WriteObject(operation);
            }
        }
    });
}
