namespace LabRunner.Reports;

/// <summary>How the files of reports end.</summary>
internal static class ReportFiles
{
    /// <summary>How the file of a format ends.</summary>
    internal static string Extension(LabReportFormat format) => format switch
    {
        LabReportFormat.Html => "html",
        LabReportFormat.Markdown => "md",
        LabReportFormat.Json => "json",
        LabReportFormat.JUnit => "xml",
        LabReportFormat.Mermaid => "mmd",
        _ => "trace.json",
    };

    /// <summary>The name of a file of a run.</summary>
    internal static string NameFor(string run, string id, string extension) =>
        $"{string.Concat(run.Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '-'))}-{LabDisplay.ShortId(id)}.{extension}";

    /// <summary>The format that a file's name asks for; nothing when it does not say.</summary>
    internal static LabReportFormat? FormatOf(string? path) => path?.ToLowerInvariant() switch
    {
        null => null,
        var name when name.EndsWith(".trace.json", StringComparison.Ordinal) => LabReportFormat.ChromeTrace,
        var name => Path.GetExtension(name) switch
        {
            ".html" or ".htm" => LabReportFormat.Html,
            ".json" => LabReportFormat.Json,
            ".md" => LabReportFormat.Markdown,
            ".xml" => LabReportFormat.JUnit,
            ".mmd" or ".mermaid" => LabReportFormat.Mermaid,
            _ => null,
        },
    };
}
