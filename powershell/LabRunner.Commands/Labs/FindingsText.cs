using System.Globalization;
using System.Text;
using System.Text.Json;
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
        LabFindingsFormat.Json => JsonText.Indented(json => Json(json, tests)),
        LabFindingsFormat.GitHub => GitHub(tests, location),
        LabFindingsFormat.Sarif => JsonText.Indented(json => Sarif(json, tests, location)),
        _ => Plain(tests),
    };

    private static string Plain(IReadOnlyList<LabConfigurationTest> tests)
    {
        var text = new StringBuilder();
        foreach (var test in tests)
        {
            foreach (var finding in test.Errors.Concat(test.Warnings))
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

    private static void Json(Utf8JsonWriter json, IReadOnlyList<LabConfigurationTest> tests)
    {
        json.WriteStartArray();
        foreach (var test in tests)
        {
            json.WriteStartObject();
            json.WriteString("path", test.Path);
            json.WriteString("labName", test.LabName);
            json.WriteBoolean("valid", test.Valid);
            json.WriteStartArray("findings");
            foreach (var finding in test.Errors.Concat(test.Warnings))
            {
                json.WriteStartObject();
                json.WriteString("id", finding.Id);
                json.WriteString("code", finding.Code);
                json.WriteString("severity", finding.Severity);
                json.WriteString("message", finding.Message);
                json.WriteString("advice", finding.Advice);
                json.WriteString("operation", finding.Operation);
                json.WriteString("file", finding.File);
                json.WriteNumber("line", finding.Line);
                json.WriteNumber("column", finding.Column);
                json.WriteString("snippet", finding.Snippet);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("operations");
            foreach (var name in test.Operations)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string GitHub(IReadOnlyList<LabConfigurationTest> tests, string location)
    {
        var text = new StringBuilder();
        foreach (var test in tests)
        {
            foreach (var finding in test.Errors.Concat(test.Warnings))
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

    // https://docs.oasis-open.org/sarif/sarif/v2.1.0/
    private static void Sarif(Utf8JsonWriter json, IReadOnlyList<LabConfigurationTest> tests, string location)
    {
        (LabConfigurationTest Test, LabConfigFinding Finding)[] all = [.. tests.SelectMany(test => test.Errors.Concat(test.Warnings).Select(finding => (test, finding)))];
        string[] rules = [.. all.Select(item => item.Finding.Id).Distinct().Order(StringComparer.Ordinal)];
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "LabRunner");
        json.WriteString("semanticVersion", typeof(FindingsText).Assembly.GetName().Version?.ToString(3));
        json.WriteStartArray("rules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("results");
        foreach (var (test, finding) in all)
        {
            json.WriteStartObject();
            json.WriteString("ruleId", finding.Id);
            json.WriteNumber("ruleIndex", System.Array.IndexOf(rules, finding.Id));
            json.WriteString("level", finding.IsError ? "error" : "warning");
            json.WriteStartObject("message");
            json.WriteString("text", finding.Advice is null ? finding.Message : $"{finding.Message} {finding.Advice}");
            json.WriteEndObject();
            if ((finding.File ?? test.Path) is { } file)
            {
                Place(json, file, location, finding);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("columnKind", "unicodeCodePoints");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Place(Utf8JsonWriter json, string file, string location, LabConfigFinding finding)
    {
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        var relative = Relative(file, location);
        json.WriteString("uri", Path.IsPathFullyQualified(relative) ? new Uri(relative).AbsoluteUri : Uri.EscapeDataString(relative).Replace("%2F", "/", StringComparison.Ordinal));
        json.WriteEndObject();
        if (finding.Line is { } line)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", line);
            json.WriteNumber("startColumn", finding.Column ?? 1);
            if (finding.Snippet is { } snippet)
            {
                json.WriteStartObject("snippet");
                json.WriteString("text", snippet.Split('\n')[0].TrimEnd('\r'));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // What a build checks lies below the folder it works in, and is known there by its relative path.
    private static string Relative(string file, string location)
    {
        var relative = Path.GetRelativePath(location, file);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathFullyQualified(relative) ? file : relative.Replace('\\', '/');
    }
}
