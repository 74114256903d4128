using System.Text.Json.Serialization;

namespace LabRunner.Labs;

/// <summary>Findings about labs as a log of the Static Analysis Results Interchange Format, which build servers read.</summary>
/// <param name="Schema">Where the format's schema is.</param>
/// <param name="Version">The format's version.</param>
/// <param name="Runs">One, with all findings.</param>
/// <remarks>See https://docs.oasis-open.org/sarif/sarif/v2.1.0/.</remarks>
internal sealed record SarifLog([property: JsonPropertyName("$schema")] string Schema, string Version, SarifLog.Run[] Runs)
{
    /// <summary>The log of some files.</summary>
    /// <param name="tests">The files.</param>
    /// <param name="location">The folder that their paths are shortened to.</param>
    internal static SarifLog Of(IReadOnlyList<LabConfigurationTest> tests, string location)
    {
        (LabConfigurationTest Test, LabConfigFinding Finding)[] all = [.. tests.SelectMany(test => test.Findings.Select(finding => (test, finding)))];
        string[] rules = [.. all.Select(item => item.Finding.Id).Distinct().Order(StringComparer.Ordinal)];
        var driver = new Driver("LabRunner", typeof(SarifLog).Assembly.GetName().Version?.ToString(3), [.. rules.Select(rule => new Rule(rule))]);
        var results = all.Select(item => new Result(
            item.Finding.Id,
            System.Array.IndexOf(rules, item.Finding.Id),
            item.Finding.IsError ? "error" : "warning",
            new Message(item.Finding.Advice is null ? item.Finding.Message : $"{item.Finding.Message} {item.Finding.Advice}"),
            (item.Finding.File ?? item.Test.Path) is { } file ? [Location.Of(item.Finding, FindingsText.Relative(file, location))] : null));
        return new("https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", [new Run(new Tool(driver), [.. results], "unicodeCodePoints")]);
    }

    internal sealed record Run(Tool Tool, Result[] Results, string ColumnKind);

    internal sealed record Tool(Driver Driver);

    internal sealed record Driver(string Name, string? SemanticVersion, Rule[] Rules);

    internal sealed record Rule(string Id);

    internal sealed record Result(
        string RuleId,
        int RuleIndex,
        string Level,
        Message Message,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Location[]? Locations);

    internal sealed record Message(string Text);

    internal sealed record Location(PhysicalLocation PhysicalLocation)
    {
        internal static Location Of(LabConfigFinding finding, string file)
        {
            var uri = Path.IsPathFullyQualified(file) ? new Uri(file).AbsoluteUri : Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal);
            var line = finding.Snippet is { } snippet ? new Message(snippet.Split('\n')[0].TrimEnd('\r')) : null;
            return new(new PhysicalLocation(new Artifact(uri), finding.Line is { } start ? new Region(start, finding.Column ?? 1, line) : null));
        }
    }

    internal sealed record PhysicalLocation(
        Artifact ArtifactLocation,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Region? Region);

    internal sealed record Artifact(string Uri);

    internal sealed record Region(
        int StartLine,
        int StartColumn,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Message? Snippet);
}
