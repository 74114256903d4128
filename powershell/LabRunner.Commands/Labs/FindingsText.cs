using System.Globalization;
using System.Text;
using LabRunner.Json;

namespace LabRunner.Labs;

/// <summary>The findings about labs as text for people and other programs.</summary>
internal static class FindingsText
{
    /// <summary>All findings of all files in one text.</summary>
    /// <param name="format">How.</param>
    /// <param name="tests">The files.</param>
    /// <param name="location">The folder that the paths of findings are shortened to, for what a build shows.</param>
    internal static string Of(LabFindingsFormat format, IReadOnlyList<LabConfigurationTest> tests, string location) => format switch
    {
        LabFindingsFormat.Json => JsonText.Indented([.. tests.Select(OfFile.Of)], DocumentJson.Default.OfFileArray),
        LabFindingsFormat.GitHub => GitHub(tests, location),
        LabFindingsFormat.Sarif => JsonText.Indented(SarifLog.Of(tests, location), DocumentJson.Default.SarifLog),
        _ => Plain(tests),
    };

    private static string Plain(IReadOnlyList<LabConfigurationTest> tests)
    {
        var text = new StringBuilder();
        foreach (var test in tests)
        {
            foreach (var finding in test.Findings)
            {
                var place = finding.Line is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{finding.File ?? test.Path}:{finding.Line}:{finding.Column}: ");
                text.Append(place).Append(finding.Severity).Append(' ').Append(finding.Code ?? finding.Id).Append(": ").AppendLine(finding.Message);
                foreach (var line in $"{finding.Snippet}\n{finding.Advice}".Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    text.Append("    ").AppendLine(line.TrimEnd());
                }
            }

            text.AppendLine(test.Valid
                ? string.Create(CultureInfo.InvariantCulture, $"{Name(test)}: valid, {LabDisplay.Count(test.Operations.Length, "operation")}{Count(test.Warnings.Length, "warning")}")
                : $"{Name(test)}: not valid{Count(test.Errors.Length, "error")}{Count(test.Warnings.Length, "warning")}");
        }

        return text.ToString().TrimEnd();
    }

    private static string Count(int number, string what) => number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {number} {what}{(number == 1 ? "" : "s")}");

    private static string Name(LabConfigurationTest test) => test.Path ?? test.LabName ?? "configuration";

    private static string GitHub(IReadOnlyList<LabConfigurationTest> tests, string location)
    {
        var text = new StringBuilder();
        foreach (var test in tests)
        {
            foreach (var finding in test.Findings)
            {
                List<string> place = [];
                if ((finding.File ?? test.Path) is { } file)
                {
                    place.Add("file=" + Property(Relative(file, location)));
                }

                if (finding.Line is { } line)
                {
                    place.Add(string.Create(CultureInfo.InvariantCulture, $"line={line},col={finding.Column}"));
                }

                place.Add("title=" + Property(finding.Id));
                var message = finding.Advice is null ? finding.Message : $"{finding.Message}\n{finding.Advice}";
                text.Append("::").Append(finding.Severity).Append(' ').AppendJoin(',', place).Append("::").AppendLine(Data(message));
            }
        }

        return text.ToString().TrimEnd();
    }

    // https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    private static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    /// <summary>The path of a file by which a build knows it: what it checks lies below the folder it works in.</summary>
    internal static string Relative(string file, string location)
    {
        var relative = Path.GetRelativePath(location, file);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathFullyQualified(relative) ? file : relative.Replace('\\', '/');
    }

    /// <summary>The findings about one file, as other programs read them.</summary>
    internal sealed record OfFile(string? Path, string? LabName, bool Valid, LabConfigFinding[] Findings, string[] Operations)
    {
        internal static OfFile Of(LabConfigurationTest test) => new(test.Path, test.LabName, test.Valid, [.. test.Findings], test.Operations);
    }
}
