using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using LabRunner.Json;
using LabRunner.Pilot;
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
            Operation(json, operation);
        }

        json.WriteEndArray();
        if (settings.Limits.Count > 0)
        {
            json.WritePropertyName("limits");
            Value(json, settings.Limits);
        }

        Common(json, settings);
        if (settings.RequiresPrograms is not null || settings.ProgramTimeout is not null)
        {
            json.WriteStartObject("programs");
            if (settings.RequiresPrograms is { } required)
            {
                json.WriteBoolean("required", required);
            }

            json.WriteNumber("timeout_ms", Whole(settings.ProgramTimeout));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    /// <summary>What a plan of a lab is made with.</summary>
    /// <param name="settings">How the lab is to be run.</param>
    /// <param name="folder">Where programs start that have no folder of their own.</param>
    /// <param name="environment">What they find otherwise than this process was started with.</param>
    internal static byte[] OfLab(RunSettings settings, string folder, IReadOnlyDictionary<string, object?> environment) => JsonText.Bytes(json =>
    {
        json.WriteStartObject();
        Common(json, settings);
        json.WriteStartObject("programs");
        json.WriteString("working_directory", folder);
        json.WriteNumber("timeout_ms", Whole(settings.ProgramTimeout));
        json.WritePropertyName("environment");
        Value(json, environment);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static void Common(Utf8JsonWriter json, RunSettings settings)
    {
        json.WriteStartObject("order");
        // A block that ranks sees the operations as they are planned without it.
        var unranked = settings.Ranking is not null && settings.CustomOrder.Count == 0;
        json.WriteString("mode", unranked ? "intelligent" : settings.Order);
        if (settings.Order == "custom" && !unranked)
        {
            json.WriteStrings("names", settings.CustomOrder);
        }

        json.WriteEndObject();
        if (settings.EstimatesFrom is { } lab)
        {
            json.WriteStartObject("history");
            json.WriteString("directory", RunFolders.Root);
            json.WriteString("name", lab);
            json.WriteEndObject();
        }

        if (!settings.Selection.IsEverything)
        {
            settings.Selection.Write(json);
        }
    }

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

        if (settings.Log is { } log)
        {
            json.WriteString("log", log);
        }

        if (settings.MaxRestarts is { } restarts)
        {
            json.WriteNumber("max_restarts", restarts);
        }

        if (settings.Monitoring is { } monitoring)
        {
            json.WritePropertyName("monitoring");
            Value(json, monitoring);
        }

        // Scripts of checks run in a PowerShell of their own; without one on this machine each says so itself.
        if ((settings.Monitoring is not null || nodes.Any(node => node.MayAsk)) && PowerShellProgram.Find() is { } shell)
        {
            json.WriteStrings("shell", [shell.Program, .. shell.First]);
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

        if (settings is { Scripts: { } scripts, WritesFiles: true })
        {
            // With the lab's own files they are what the run can be resumed by.
            json.WriteStrings("scripts", scripts);
            json.WriteStrings("masked", Secrets.SecretMask.All);
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

    private static void Operation(Utf8JsonWriter json, OperationDefinition operation)
    {
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

        if (operation.Timeout is { } timeout)
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
            case FileWork file:
                json.WriteString("kind", file.Kind);
                foreach (var (key, value) in file.Spec)
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
