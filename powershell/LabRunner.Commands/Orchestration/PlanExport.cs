using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LabRunner.Orchestration;

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
    internal static string Json(LabExecutionPlan plan)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("name", plan.Name);
            json.WriteString("source", plan.Source);
            json.WriteString("environment", plan.Environment);
            json.WriteString("mode", plan.Mode);
            json.WriteNumber("maxConcurrency", plan.MaxConcurrency);
            Time(json, "makespanMs", plan.Makespan);
            Time(json, "lowerBoundMs", plan.Schedule?.LowerBound);
            Names(json, "criticalPath", plan.CriticalPath);
            json.WriteStartArray("levels");
            foreach (var level in plan.Levels)
            {
                Values(json, level);
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
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Operation(Utf8JsonWriter json, LabPlannedOperation operation)
    {
        json.WriteStartObject();
        json.WriteString("name", operation.Name);
        json.WriteString("id", operation.Id);
        json.WriteString("type", operation.Type);
        json.WriteString("work", operation.Work);
        json.WriteNumber("level", operation.Level);
        json.WriteNumber("priority", operation.Priority);
        Names(json, "dependencies", operation.Dependencies);
        Time(json, "startMs", operation.Start);
        Time(json, "endMs", operation.End);
        Time(json, "slackMs", operation.Slack);
        Time(json, "estimateMs", operation.Estimate);
        json.WriteString("estimateSource", operation.EstimateSource);
        Time(json, "timeoutMs", operation.Timeout);
        json.WriteBoolean("critical", operation.Critical);
        json.WriteEndObject();
    }

    private static void Names(Utf8JsonWriter json, string key, string[] names)
    {
        json.WritePropertyName(key);
        Values(json, names);
    }

    private static void Values(Utf8JsonWriter json, string[] names)
    {
        json.WriteStartArray();
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private static void Time(Utf8JsonWriter json, string key, TimeSpan? time)
    {
        if (time is { } some)
        {
            json.WriteNumber(key, (long)some.TotalMilliseconds);
        }
        else
        {
            json.WriteNull(key);
        }
    }

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
