using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Secrets;

/// <summary>Finds the secrets that programs get, through their environment and never on their command line, and those in the headers of downloads.</summary>
internal static class ProgramSecrets
{
    /// <summary>The names of the secrets in the environment of an operation's programs and in its headers.</summary>
    /// <exception cref="LabRunnerException">One is among the arguments, which every user of the machine can read.</exception>
    internal static IEnumerable<string> Of(OperationDefinition operation)
    {
        foreach (var (key, text) in Texts(operation))
        {
            if (SecretReference.Name(text) is { } name)
            {
                yield return key is "environment" or "headers" ? name : throw LabRunnerError.SecretOnCommandLine(operation.Name, name);
            }
        }
    }

    private static IEnumerable<(string Key, string Text)> Texts(OperationDefinition operation) =>
        new[] { operation.Work, operation.Compensation }.SelectMany(work => work switch
        {
            ProcessWork program => Texts(program.Spec),
            FileWork file => Values(file.Spec, "headers"),
            DeclaredWork declared => declared.Texts,
            _ => [],
        });

    private static IEnumerable<(string Key, string Text)> Texts(IReadOnlyDictionary<string, object?> spec)
    {
        foreach (var argument in spec.GetValueOrDefault("arguments") as IEnumerable<string> ?? [])
        {
            yield return ("arguments", argument);
        }

        foreach (var value in Values(spec, "environment"))
        {
            yield return value;
        }
    }

    private static IEnumerable<(string Key, string Text)> Values(IReadOnlyDictionary<string, object?> spec, string key) =>
        (spec.GetValueOrDefault(key) as IEnumerable<KeyValuePair<string, object?>> ?? []).Select(entry => (key, entry.Value as string ?? ""));
}
