using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Labs;
using LabRunner.Runs;

namespace LabRunner.Records;

/// <summary>Gets recorded runs: those that are under way, and those of the past.</summary>
[Cmdlet(VerbsCommon.Get, "LabRun")]
[OutputType(typeof(LabRunRecord))]
public sealed class GetLabRunCommand : RecordCommand
{
    /// <summary>Only runs of these names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Only runs that ended like this, or are under way.</summary>
    [Parameter]
    [ValidateSet("Running", "Succeeded", "PartiallySucceeded", "Failed", "Canceled", "Parked", "Interrupted")]
    public string[] Status { get; set; } = [];

    /// <summary>Only the newest ones, at most this many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Only runs that started at this time or later.</summary>
    [Parameter]
    public DateTime? After { get; set; }

    /// <summary>Only runs that are under way.</summary>
    [Parameter]
    public SwitchParameter Running { get; set; }

    /// <summary>Exported archives, or folders of runs.</summary>
    [Parameter]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    private protected override void Answer()
    {
        string[] places = [.. Path.Select(FullPath), .. Directory is { Length: > 0 } place ? (string[])[FullPath(place)] : []];
        if (places.Length > 0)
        {
            ForEach(places, place =>
            {
                using var document = ConfigValues.Parse(LabCore.Record(place));
                Warn(document.RootElement);
                WriteObject(LabRunRecord.Of(document.RootElement));
            });
            return;
        }

        if (Id is { Length: > 0 } ids)
        {
            WriteObject(ids.Select(ById).OfType<LabRunRecord>().ToArray(), enumerateCollection: true);
            return;
        }

        WriteObject(
            Runs(new { directory = RunFolders.Root, names = Name, statuses = Status, limit = Last, after = Utc(After), running = Running.IsPresent, tree = true }),
            enumerateCollection: true);
    }
}
