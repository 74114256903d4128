using System.Text.Json;
using System.Text.Json.Nodes;
using LabRunner.Json;
using LabRunner.Runs;

namespace LabRunner.Plans;

/// <summary>What an operation waits for, be it declared in a file or by an object.</summary>
internal static class OperationLinks
{
    /// <summary>Names or ids of the operations that must succeed, unless the trigger says otherwise.</summary>
    internal static IReadOnlyList<string> Strong(OperationDefinition operation) =>
        operation.Declared is { } declared ? Names(declared, "dependencies") : operation.Dependencies;

    /// <summary>Names or ids of the operations that must only have ended.</summary>
    internal static IReadOnlyList<string> Weak(OperationDefinition operation) =>
        operation.Declared is { } declared ? Names(declared, "weak_dependencies")
        : operation.Scheduling.GetValueOrDefault("weak_dependencies") is IEnumerable<string> names ? [.. names]
        : [];

    /// <summary>The state that they must reach; null for success.</summary>
    internal static string? Trigger(OperationDefinition operation) =>
        operation.Declared is { } declared ? JsonMembers.Text(declared, "trigger") : operation.Scheduling.GetValueOrDefault("trigger") as string;

    /// <summary>The service that it stops, if that is what it does.</summary>
    internal static string? Service(OperationDefinition operation) =>
        operation.Declared is { } declared
            ? JsonMembers.Member(declared, "work") is { } work && JsonMembers.Text(work, "kind") == "stop" ? JsonMembers.Text(work, "service") : null
            : (operation.Work as StopWork)?.Service;

    /// <summary>The same operation without waiting for some.</summary>
    internal static OperationDefinition Without(OperationDefinition operation, Func<string, bool> leftOut)
    {
        if (!Strong(operation).Concat(Weak(operation)).Any(leftOut))
        {
            return operation;
        }

        var scheduling = operation.Scheduling.ToDictionary(pair => pair.Key, pair => pair.Value);
        if (Weak(operation) is { Count: > 0 } weak)
        {
            scheduling["weak_dependencies"] = weak.Where(name => !leftOut(name)).ToList();
        }

        return new OperationDefinition
        {
            Name = operation.Name,
            Id = operation.Id,
            Type = operation.Type,
            Priority = operation.Priority,
            Dependencies = [.. operation.Dependencies.Where(name => !leftOut(name))],
            Timeout = operation.Timeout,
            Isolation = operation.Isolation,
            Work = operation.Work,
            Scheduling = scheduling,
            Compensation = operation.Compensation,
            Declared = operation.Declared is { } declared ? Without(declared, leftOut) : null,
        };
    }

    private static JsonElement Without(JsonElement declared, Func<string, bool> leftOut)
    {
        var copy = JsonNode.Parse(declared.GetRawText())!.AsObject();
        foreach (var key in new[] { "dependencies", "weak_dependencies" })
        {
            if (copy[key] is JsonArray names)
            {
                copy[key] = new JsonArray([.. Names(declared, key).Where(name => !leftOut(name)).Select(name => (JsonNode?)name)]);
            }
        }

        return JsonSerializer.SerializeToElement(copy);
    }

    private static List<string> Names(JsonElement declared, string key) =>
        declared.TryGetProperty(key, out var names) && names.ValueKind == JsonValueKind.Array ? [.. names.EnumerateArray().Select(name => name.GetString() ?? "")] : [];
}
