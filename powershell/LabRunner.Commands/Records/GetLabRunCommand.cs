using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Records;

/// <summary>Gets recorded runs: those that are under way, and those of the past.</summary>
[Cmdlet(VerbsCommon.Get, "LabRun")]
[OutputType(typeof(LabRunRecord), typeof(LabRunReason))]
public sealed class GetLabRunCommand : RecordCommand
{
    /// <summary>Only runs of these names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Only runs that ended like this, or are under way.</summary>
    [Parameter]
    [ValidateSet("Running", "Suspended", "Succeeded", "PartiallySucceeded", "Failed", "Canceled", "Parked", "Interrupted")]
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

    /// <summary>Says why each operation ran, or did not; of the last run when no other one is meant.</summary>
    [Parameter]
    public SwitchParameter Why { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        string[] places = [.. Path.Select(FullPath), .. Directory is { Length: > 0 } place ? (string[])[FullPath(place)] : []];
        if (places.Length > 0)
        {
            ForEach(places, WriteRun);
            return;
        }

        if (Id is { Length: > 0 } ids)
        {
            WriteRuns([.. ids.Select(ById).OfType<LabRunRecord>()]);
            return;
        }

        var any = Name.Length == 0 && Status.Length == 0 && After is null && !Running;
        WriteRuns(Runs(new()
        {
            Directory = RunFolders.Root,
            Names = Name,
            Statuses = Status,
            Limit = Last ?? (Why && any ? 1 : null),
            After = Utc(After),
            Running = Running,
            Tree = true,
        }));
    }

    private void WriteRuns(IReadOnlyList<LabRunRecord> runs)
    {
        if (!Why)
        {
            WriteObject(runs, enumerateCollection: true);
            return;
        }

        ForEach(runs.Select(run => run.Directory).OfType<string>(), WriteRun);
    }

    private void WriteRun(string place)
    {
        var detail = LabCore.Record(place);
        Warn(detail.Warnings);
        var run = LabRunRecord.Of(detail);
        if (!Why)
        {
            WriteObject(run);
            return;
        }

        foreach (var operation in detail.Operations)
        {
            if (LabRunReason.Of(run, operation) is { } reason)
            {
                WriteObject(reason);
            }
        }
    }
}
