using System.Text.Json;
using LabRunner.Errors;
using LabRunner.Json;
using LabRunner.Runs;

namespace LabRunner.Secrets;

/// <summary>Finds the secrets that programs get: through their environment, never on their command line.</summary>
internal static class ProgramSecrets
{
    /// <summary>The names of the secrets in the environment of an operation's programs.</summary>
    /// <exception cref="LabRunnerException">One stands among the arguments, which everybody on the machine can read.</exception>
    internal static IEnumerable<string> Of(OperationDefinition operation)
    {
        foreach (var (key, text) in Texts(operation))
        {
            if (SecretReference.Name(text) is { } name)
            {
                yield return key == "environment" ? name : throw LabRunnerError.SecretOnCommandLine(operation.Name, name);
            }
        }
    }

    private static IEnumerable<(string Key, string Text)> Texts(OperationDefinition operation)
    {
        if (operation.Declared is { } declared)
        {
            return new[] { "work", "compensation" }.SelectMany(part => JsonMembers.Member(declared, part) is { } work ? Texts(work) : [])
                .Concat((operation.Inherited ?? new Dictionary<string, object?>()).Values.OfType<string>().Select(value => ("environment", value)));
        }

        return new[] { operation.Work, operation.Compensation }.OfType<ProcessWork>().SelectMany(work => Texts(work.Spec));
    }

    private static IEnumerable<(string Key, string Text)> Texts(IReadOnlyDictionary<string, object?> spec)
    {
        foreach (var argument in spec.GetValueOrDefault("arguments") as IEnumerable<string> ?? [])
        {
            yield return ("arguments", argument);
        }

        foreach (var value in (spec.GetValueOrDefault("environment") as IEnumerable<KeyValuePair<string, object?>> ?? []).Select(entry => entry.Value as string))
        {
            yield return ("environment", value ?? "");
        }
    }

    // As the core has it: {"kind": "process", "arguments": ["…"], "environment": {"NAME": "…"}}.
    private static IEnumerable<(string Key, string Text)> Texts(JsonElement work)
    {
        if (JsonMembers.Text(work, "kind") != "process")
        {
            return [];
        }

        var arguments = work.TryGetProperty("arguments", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(value => ("arguments", Text(value))) : [];
        var environment = JsonMembers.Member(work, "environment") is { } table ? table.EnumerateObject().Select(entry => ("environment", Text(entry.Value))) : [];
        return arguments.Concat(environment);
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
