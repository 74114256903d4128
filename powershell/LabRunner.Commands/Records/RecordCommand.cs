using System.Globalization;
using System.Management.Automation;
using LabRunner.Cmdlets;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Operations;
using LabRunner.Reports;
using LabRunner.Runs;

namespace LabRunner.Records;

/// <summary>What the commands for recorded runs have in common: how a run is named.</summary>
public abstract class RecordCommand : QueryCommand
{
    /// <summary>The folder of a run's files, or an archive; it comes with a run from the pipeline.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("RunDirectory")]
    public string? Directory { get; set; }

    /// <summary>The id of the run, or its beginning.</summary>
    [Parameter]
    [Alias("RunId")]
    [ArgumentCompleter(typeof(LabRunIdCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Asks the core for runs.</summary>
    private protected static List<LabRunRecord> Runs(HistoryQuery query) => [.. LabCore.History(query).Select(LabRunRecord.Of)];

    /// <summary>The run whose id begins like this; an error when there is none, or more than one.</summary>
    private protected LabRunRecord? ById(string id)
    {
        var found = Runs(new() { Directory = RunFolders.Root, Ids = [id] });
        if (found.Count == 1)
        {
            return found[0];
        }

        CommandGuard.Write(Voice, (found.Count == 0 ? LabRunnerError.UnknownRun(id) : LabRunnerError.AmbiguousRun(id, found)).ErrorRecord);
        return null;
    }

    /// <summary>The places of the runs that are meant: the one from the pipeline, those of the ids, or the last one.</summary>
    private protected IEnumerable<string> Places()
    {
        if (!string.IsNullOrEmpty(Directory))
        {
            return [FullPath(Directory)];
        }

        if (Id is { Length: > 0 } ids)
        {
            return [.. ids.Select(ById).Select(run => run?.Directory).OfType<string>()];
        }

        if (Runs(new() { Directory = RunFolders.Root, Limit = 1 }) is [{ Directory: { } last }, ..])
        {
            return [last];
        }

        CommandGuard.Write(Voice, LabRunnerError.NoRuns().ErrorRecord);
        return [];
    }

    /// <summary>The file that is meant for a run: in a folder, or without a path, one with the run's name and id.</summary>
    private protected string FileFor(string place, string? path, string extension)
    {
        var target = FullPath(string.IsNullOrEmpty(path) ? "." : path);
        if (!System.IO.Directory.Exists(target))
        {
            return target;
        }

        var run = LabRunRecord.Of(LabCore.Record(place));
        return Path.Combine(target, ReportFiles.NameFor(run.Name, run.Id, extension));
    }

    /// <summary>Writes a file that was made, as Get-Item gives it: so it can be piped to Get-Content and the like.</summary>
    private protected void WriteFile(string path) =>
        WriteObject(Voice.InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true);

    /// <summary>A path of the caller's as the file system has it.</summary>
    private protected string FullPath(string path) => CallerPath.Of(Voice, path, out var why) ?? throw LabRunnerError.Contradiction($"'{path}' is not a path of the file system: {why!.Message.TrimEnd('.')}.", "Correct the path.");

    /// <summary>Runs what may fail for one run and not for the next.</summary>
    private protected void ForEach(IEnumerable<string> places, Action<string> action)
    {
        foreach (var place in places)
        {
            try
            {
                action(place);
            }
            catch (LabCoreException error)
            {
                CommandGuard.Write(Voice, LabRunnerError.Core(error).ErrorRecord);
            }
        }
    }

    /// <summary>Shows what the core says of damage.</summary>
    private protected void Warn(string[] warnings)
    {
        foreach (var warning in warnings)
        {
            Voice.WriteWarning(warning);
        }
    }

    /// <summary>A time as the core reads it.</summary>
    private protected static string? Utc(DateTime? time) => time?.ToUniversalTime().ToString("o", CultureInfo.InvariantCulture);
}
