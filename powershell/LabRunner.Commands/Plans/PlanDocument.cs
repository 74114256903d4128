using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;
using LabRunner.Json;
using LabRunner.Runs;

namespace LabRunner.Plans;

/// <summary>The documents that the core is asked with.</summary>
internal static class PlanDocument
{
    /// <summary>The request that a plan is compiled from.</summary>
    internal static byte[] Request(IReadOnlyList<OperationDefinition> operations, RunSettings settings) => JsonText.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("operations");
        foreach (var operation in operations)
        {
            Operation(json, operation, settings.ProgramTimeout);
        }

        json.WriteEndArray();
        json.WriteStartObject("order");
        // A block that ranks sees the operations as they are planned without it.
        var unranked = settings.Ranking is not null && settings.CustomOrder.Count == 0;
        json.WriteString("mode", unranked ? "intelligent" : settings.Order);
        if (settings.Order == "custom" && !unranked)
        {
            json.WriteStrings("names", settings.CustomOrder);
        }

        json.WriteEndObject();
        if (settings.Limits.Count > 0)
        {
            json.WritePropertyName("limits");
            Value(json, settings.Limits);
        }

        if (settings.EstimatesFrom is { } lab)
        {
            json.WriteStartObject("history");
            json.WriteString("directory", RunFolders.Root);
            json.WriteString("name", lab);
            json.WriteEndObject();
        }

        if (settings.RequiresPrograms is { } required)
        {
            json.WriteStartObject("programs");
            json.WriteBoolean("required", required);
            json.WriteEndObject();
        }

        if (settings.Conflicts is { } conflicts)
        {
            json.WritePropertyName("conflicts");
            conflicts.WriteTo(json);
        }

        json.WriteEndObject();
    });

    /// <summary>One operation as the core has it.</summary>
    internal static byte[] Operation(OperationDefinition operation) => JsonText.Bytes(json => Operation(json, operation));

    /// <summary>The options that a run is started with.</summary>
    internal static byte[] RunOptions(RunSettings settings, int slots, IReadOnlyList<OperationDefinition> nodes) => JsonText.Bytes(json =>
    {
        json.WriteStartObject();
        if (settings.IsNamed)
        {
            json.WriteString("name", settings.Name);
        }

        json.WriteNumber("max_concurrency", slots);
        json.WriteString("failure", settings.Failure);
        json.WriteBoolean("cancel_running", settings.CancelRunning);
        json.WritePropertyName("retry");
        Value(json, settings.Retry);
        json.WriteNumber("default_timeout_ms", Whole(settings.DefaultTimeout));
        json.WriteNumber("run_timeout_ms", Whole(settings.RunTimeout));
        json.WriteNumber("stop_grace_ms", Whole(settings.StopGrace));
        json.WriteBoolean("journal", settings.Journal);
        json.WriteBoolean("late", settings.Late);
        json.WriteBoolean("fed", settings.Keeps);
        json.WriteString("durability", settings.Durability);
        if (settings.OutputLimit is { } limit)
        {
            json.WriteNumber("output_bytes", limit);
        }

        json.WriteString("root", RunFolders.Root);
        json.WriteString("directory", settings.Directory);
        json.WriteString("source", settings.Source);
        if (settings.RetentionDays is { } days)
        {
            json.WriteStartObject("retention");
            json.WriteNumber("days", days);
            json.WriteEndObject();
        }

        if (settings.LeftOut.Count > 0)
        {
            json.WriteStartArray("left_out");
            foreach (var left in settings.LeftOut)
            {
                json.WriteStartObject();
                json.WriteString("name", left.Name);
                json.WriteString("kind", left.Kind);
                json.WriteString("operation", left.Operation);
                json.WriteString("message", left.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (Environment.GetEnvironmentVariable("LABRUNNER_LOG") is { Length: > 0 } log)
        {
            json.WriteString("log", log);
        }

        if (settings.Beside is { } beside)
        {
            json.WriteString("beside", beside);
        }

        if (settings.Call is { } call)
        {
            json.WritePropertyName("call");
            Value(json, call);
        }

        if (settings.Resume is { } resume)
        {
            json.WritePropertyName("resume");
            Value(json, resume);
        }

        if (settings.RunAll)
        {
            json.WriteBoolean("run_all", true);
        }

        if (settings.WritesFiles || nodes.Any(node => node.IsChecked))
        {
            json.WriteStartArray("contents");
            foreach (var node in nodes)
            {
                OperationContent.Write(json, node);
            }

            json.WriteEndArray();
        }

        if (settings.Secrets.Count > 0)
        {
            json.WriteStartObject("secrets");
            foreach (var (name, value) in settings.Secrets)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private static void Operation(Utf8JsonWriter json, OperationDefinition operation, TimeSpan? programs = null)
    {
        if (operation.Declared is { } declared)
        {
            if (programs is { } common && JsonMembers.Member(declared, "timeout_ms") is null && JsonMembers.Member(declared, "work") is { } work && JsonMembers.Text(work, "kind") == "process" && JsonMembers.Text(work, "mode") != "service")
            {
                var limited = JsonNode.Parse(declared.GetRawText())!;
                limited["timeout_ms"] = Whole(common);
                limited.WriteTo(json);
                return;
            }

            declared.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteString("name", operation.Name);
        if (operation.Id is not null)
        {
            json.WriteString("id", operation.Id);
        }

        if (operation.Type is not null)
        {
            json.WriteString("type", operation.Type);
        }

        if (operation.Dependencies.Count > 0)
        {
            json.WriteStrings("dependencies", operation.Dependencies);
        }

        if (operation.Priority is { } priority)
        {
            json.WriteNumber("priority", priority);
        }

        if ((operation.Timeout ?? (operation.Work is ProcessWork { Spec: var spec } && spec.GetValueOrDefault("mode") as string != "service" ? programs : null)) is { } timeout)
        {
            json.WriteNumber("timeout_ms", Whole(timeout));
        }

        foreach (var (key, value) in operation.Scheduling)
        {
            json.WritePropertyName(key);
            Value(json, value);
        }

        Work(json, "work", operation.Work);
        if (operation.Compensation is { } compensation)
        {
            Work(json, "compensation", compensation);
        }

        json.WriteEndObject();
    }

    private static void Work(Utf8JsonWriter json, string name, OperationWork work)
    {
        json.WriteStartObject(name);
        switch (work)
        {
            case ProcessWork process:
                json.WriteString("kind", "process");
                foreach (var (key, value) in process.Spec)
                {
                    json.WritePropertyName(key);
                    Value(json, value);
                }

                break;
            case StopWork stop:
                json.WriteString("kind", "stop");
                json.WriteString("service", stop.Service);
                break;
            default:
                json.WriteString("kind", "script");
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>A value of the core's own documents.</summary>
    internal static void Value(Utf8JsonWriter json, object? value)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long or uint or short or byte or ushort:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case JsonElement element:
                element.WriteTo(json);
                break;
            case IReadOnlyDictionary<string, object?> map:
                json.WriteStartObject();
                foreach (var (key, item) in map)
                {
                    json.WritePropertyName(key);
                    Value(json, item);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    Value(json, item);
                }

                json.WriteEndArray();
                break;
            case var other:
                json.WriteStringValue(LanguagePrimitives.ConvertTo<string>(other));
                break;
        }
    }

    private static long? Whole(TimeSpan? time) => time is { } some ? Whole(some) : null;

    private static long Whole(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalMilliseconds));
}
