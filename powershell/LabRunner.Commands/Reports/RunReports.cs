using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Reports;

/// <summary>The reports that a run writes when it ends.</summary>
/// <param name="Places">Files, or folders for a file with the run's name and id.</param>
/// <param name="IsAsked">Whether the call asks for them; else the settings do, and of a run without a record none is expected.</param>
internal sealed record RunReports(IReadOnlyList<string> Places, bool IsAsked)
{
    /// <summary>None.</summary>
    internal static readonly RunReports None = new([], false);

    /// <summary>Writes them. What cannot be written is said once for each; the run is what it is.</summary>
    internal void Write(string name, RunOutcome outcome, Action<string> note, Action<string> warn)
    {
        if (Places.Count == 0)
        {
            return;
        }

        if (outcome is not { Directory: { } folder, RunId: { } id })
        {
            if (IsAsked)
            {
                warn("There is no report of this run: it has no record to make one from.");
            }

            return;
        }

        foreach (var place in Places)
        {
            try
            {
                var format = ReportFiles.FormatOf(place) ?? LabReportFormat.Html;
                var isFolder = Directory.Exists(place) || ReportFiles.FormatOf(place) is null;
                var file = isFolder ? Path.Combine(place, ReportFiles.NameFor(name, id, ReportFiles.Extension(format))) : place;
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                var written = LabCore.Report(new ReportOrder(folder, format.ToString().ToLowerInvariant(), file, Replace: true, ScriptBeside: false));
                note($"Report: {written[0]}");
            }
            catch (Exception error) when (error is LabCoreException or IOException or UnauthorizedAccessException or NotSupportedException)
            {
                var why = error is LabCoreException fault ? LabRunnerError.Core(fault).Message : $"The report '{place}' cannot be written: {error.Message}";
                warn($"{why.TrimEnd('.')}. Export-LabRunReport -Id {LabDisplay.ShortId(id)} writes it elsewhere.");
            }
        }
    }
}
