using System.Globalization;
using System.Text;
using LabRunner.Json;

namespace LabRunner.Plans;

/// <summary>A plan for other programs: a Mermaid diagram, or JSON.</summary>
internal static class PlanExport
{
    /// <summary>A flowchart; thick borders are the critical path, dashed ones will not run.</summary>
    internal static string Mermaid(LabExecutionPlan plan)
    {
        var ids = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var text = new StringBuilder("flowchart LR").AppendLine();
        var known = PlanTable.Known(plan);
        foreach (var operation in plan.Operations)
        {
            ids[operation.Name] = $"n{ids.Count}";
            var time = known && operation.Estimate is { } estimate ? $"<br/>{LabDisplay.Duration(estimate)}" : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"    {ids[operation.Name]}[\"{Escaped(operation.Name)}{time}\"]");
        }

        foreach (var skipped in plan.Skipped.Where(skipped => !ids.ContainsKey(skipped.Name)))
        {
            ids[skipped.Name] = $"n{ids.Count}";
            text.AppendLine(CultureInfo.InvariantCulture, $"    {ids[skipped.Name]}[\"{Escaped(skipped.Name)}<br/>{Escaped(skipped.Message)}\"]");
        }

        foreach (var operation in plan.Operations)
        {
            foreach (var dependency in operation.Dependencies.Where(ids.ContainsKey))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {ids[dependency]} --> {ids[operation.Name]}");
            }
        }

        foreach (var skipped in plan.Skipped.Where(skipped => skipped.Operation is not null && ids.ContainsKey(skipped.Operation)))
        {
            if (!plan.Operations.Any(operation => operation.Name.Equals(skipped.Name, StringComparison.OrdinalIgnoreCase)))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {ids[skipped.Operation!]} -.-> {ids[skipped.Name]}");
            }
        }

        Class("critical", "stroke-width:3px", plan.Operations.Where(operation => operation.Critical).Select(operation => operation.Name));
        Class("skipped", "stroke-dasharray:4", plan.Skipped.Select(skipped => skipped.Name));
        return text.ToString().TrimEnd();

        void Class(string name, string style, IEnumerable<string> names)
        {
            string[] members = [.. names.Select(member => ids[member])];
            if (members.Length > 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    classDef {name} {style}");
                text.AppendLine(CultureInfo.InvariantCulture, $"    class {string.Join(',', members)} {name}");
            }
        }
    }

    /// <summary>The plan as a JSON object; times are milliseconds.</summary>
    internal static string Json(LabExecutionPlan plan) => JsonText.Indented(PlanJson.Of(plan), DocumentJson.Default.PlanJson);

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
