using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Records;
using LabRunner.Runs;

namespace LabRunner.Reports;

/// <summary>Writes a report of a run.</summary>
[Cmdlet(VerbsData.Export, "LabRunReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportLabRunReportCommand : RecordCommand
{
    /// <summary>The file to write, or a folder for it; the current folder when absent.</summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>The format; as the file's name ends when absent.</summary>
    [Parameter]
    public LabReportFormat Format { get; set; }

    /// <summary>The newest run of this name; wildcards are allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>The newest runs, this many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Runs to show beside it: their ids, or the beginnings of these.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabRunIdCompleter))]
    public string[] Compare { get; set; } = [];

    /// <summary>Overwrites a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Puts the script and the style of a page beside it, for viewers whose policy forbids scripts within pages.</summary>
    [Parameter]
    public SwitchParameter NoInlineScript { get; set; }

    /// <summary>Opens the report with the program that the system has for such files.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    /// <inheritdoc/>
    private protected override void Answer() => ForEach(Wanted(), place =>
    {
        if (Beside(place) is not { } beside)
        {
            return;
        }

        var format = MyInvocation.BoundParameters.ContainsKey(nameof(Format)) ? Format : ReportFiles.FormatOf(Path) ?? LabReportFormat.Html;
        var target = FileFor(place, Path, ReportFiles.Extension(format));
        if (Voice.ShouldProcess(target, $"Write the report of the run as {format}"))
        {
            var files = LabCore.Report(new ReportOrder(place, format.ToString().ToLowerInvariant(), target, Force, NoInlineScript) { Compare = beside });
            WriteFile(files[0]);
            if (Open)
            {
                Voice.InvokeProvider.Item.Invoke([files[0]], literalPath: true);
            }
        }
    });

    // The runs to compare one with, without itself; nothing where one of them is not known, which has been said then.
    private string[]? Beside(string place)
    {
        string?[] found = [.. Compare.Select(id => ById(id)?.Directory)];
        if (found.Contains(null))
        {
            return null;
        }

        string[] others = [.. found.OfType<string>().Where(other => other != place).Distinct()];
        return others.Length > 0 || Compare.Length == 0
            ? others
            : throw LabRunnerError.Contradiction("-Compare names the run itself, and there is nothing to compare it with.", "Give the id of another run.");
    }

    // Without a name the rule is that of all commands for recorded runs.
    private IEnumerable<string> Wanted() =>
        !string.IsNullOrEmpty(Directory) || Id is { Length: > 0 } || (Name.Length == 0 && Last is null) ? Places() : Newest();

    private string[] Newest()
    {
        string[] found = [.. Runs(new() { Directory = RunFolders.Root, Names = Name, Limit = Last ?? 1 }).Select(run => run.Directory).OfType<string>()];
        if (found.Length == 0)
        {
            CommandGuard.Write(Voice, (Name.Length == 0 ? LabRunnerError.NoRuns() : LabRunnerError.NoRunNamed(Name)).ErrorRecord);
        }

        return found;
    }
}
