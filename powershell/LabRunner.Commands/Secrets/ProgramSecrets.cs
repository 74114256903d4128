using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Secrets;

/// <summary>Finds the secrets that programs get: through their environment, never on their command line.</summary>
internal static class ProgramSecrets
{
    /// <summary>The names of the secrets in the environment of an operation's programs.</summary>
    /// <exception cref="LabRunnerException">One is among the arguments, which every user of the machine can read.</exception>
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

    private static IEnumerable<(string Key, string Text)> Texts(OperationDefinition operation) =>
        new[] { operation.Work, operation.Compensation }.SelectMany(work => work switch
        {
            ProcessWork program => Texts(program.Spec),
            DeclaredWork declared => declared.Texts,
            _ => [],
        });

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
}
