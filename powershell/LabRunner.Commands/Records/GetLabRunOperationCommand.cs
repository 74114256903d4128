using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Labs;

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
    private protected override void Answer()
    {
        WildcardPattern[] names = [.. Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        ForEach(Places(), place =>
        {
            using var document = ConfigValues.Parse(LabCore.Record(place));
            Warn(document.RootElement);
            var run = LabRunRecord.Of(document.RootElement);
            foreach (var item in document.RootElement.GetProperty("operations").EnumerateArray())
            {
                var operation = LabRunOperation.Of(run, place, item);
                if ((names.Length == 0 || names.Any(name => name.IsMatch(operation.Name))) && (Status.Length == 0 || Status.Contains(operation.Status, StringComparer.OrdinalIgnoreCase)))
                {
                    WriteObject(operation);
                }
            }
        });
    }
}
