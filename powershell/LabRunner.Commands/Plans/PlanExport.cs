using System.Globalization;
using System.Text;
using System.Text.Json;
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
    internal static string Json(LabExecutionPlan plan) => JsonText.Indented(json =>
    {
        json.WriteStartObject();
        json.WriteString("name", plan.Name);
        json.WriteString("source", plan.Source);
        json.WriteString("environment", plan.Environment);
        json.WriteString("mode", plan.Mode);
        json.WriteNumber("maxConcurrency", plan.MaxConcurrency);
        json.WriteNumber("makespanMs", Milliseconds(plan.Makespan));
        json.WriteNumber("lowerBoundMs", Milliseconds(plan.Schedule?.LowerBound));
        json.WriteStrings("criticalPath", plan.CriticalPath);
        json.WriteStartArray("levels");
        foreach (var level in plan.Levels)
        {
            json.WriteStringValues(level);
        }

        json.WriteEndArray();
        json.WriteStartArray("operations");
        foreach (var operation in plan.Operations)
        {
            Operation(json, operation);
        }

        json.WriteEndArray();
        json.WriteStartArray("skipped");
        foreach (var skipped in plan.Skipped)
        {
            json.WriteStartObject();
            json.WriteString("name", skipped.Name);
            json.WriteString("kind", skipped.Kind);
            json.WriteString("operation", skipped.Operation);
            json.WriteString("message", skipped.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("resources");
        foreach (var resource in plan.Resources)
        {
            json.WriteStartObject();
            json.WriteString("kind", resource.Kind);
            json.WriteString("name", resource.Name);
            json.WriteNumber("capacity", resource.Capacity);
            json.WriteNumber("peak", resource.Peak);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Operation(Utf8JsonWriter json, LabPlannedOperation operation)
    {
        json.WriteStartObject();
        json.WriteString("name", operation.Name);
        json.WriteString("id", operation.Id);
        json.WriteString("type", operation.Type);
        json.WriteString("work", operation.Work);
        json.WriteNumber("level", operation.Level);
        json.WriteNumber("priority", operation.Priority);
        json.WriteStrings("dependencies", operation.Dependencies);
        json.WriteNumber("startMs", Milliseconds(operation.Start));
        json.WriteNumber("endMs", Milliseconds(operation.End));
        json.WriteNumber("slackMs", Milliseconds(operation.Slack));
        json.WriteNumber("estimateMs", Milliseconds(operation.Estimate));
        json.WriteString("estimateSource", operation.EstimateSource);
        json.WriteNumber("timeoutMs", Milliseconds(operation.Timeout));
        json.WriteBoolean("critical", operation.Critical);
        json.WriteEndObject();
    }

    private static long? Milliseconds(TimeSpan? time) => (long?)time?.TotalMilliseconds;

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
