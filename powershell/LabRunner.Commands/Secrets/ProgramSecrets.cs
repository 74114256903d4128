using System.Collections;
using System.Text.Json;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Secrets;

/// <summary>Finds the secrets that programs get, through their environment and never on their command line, and those in the headers of downloads.</summary>
internal static class ProgramSecrets
{
    private const string Variables = "environment";
    private const string Headers = "headers";

    /// <summary>The names of the secrets in the environment of an operation's programs, those of its checks among them, and in its headers.</summary>
    /// <exception cref="LabRunnerException">One is among the arguments, which every user of the machine can read.</exception>
    internal static IEnumerable<string> Of(OperationDefinition operation) => Names(operation.Name, Texts(operation));

    /// <summary>The same of the program that makes known how a run stands.</summary>
    /// <param name="monitoring">What is watched of the run as a whole; the core's own document.</param>
    internal static IEnumerable<string> OfMonitoring(object? monitoring) => Names("health-monitoring", OfCall(Member(monitoring, "notify"), NothingInherited));

    private static IReadOnlyDictionary<string, object?> NothingInherited { get; } = new Dictionary<string, object?>();

    private static IEnumerable<string> Names(string whose, IEnumerable<(string Key, string Text)> texts)
    {
        foreach (var (key, text) in texts)
        {
            if (SecretReference.Name(text) is { } name)
            {
                yield return key is Variables or Headers ? name : throw LabRunnerError.SecretOnCommandLine(whose, name);
            }
        }
    }

    private static IEnumerable<(string Key, string Text)> Texts(OperationDefinition operation)
    {
        var inherited = operation.Inherited;
        var ofWork = new[] { operation.Work, operation.Compensation }.SelectMany(work => work switch
        {
            ProcessWork program => OfProgram(program.Spec, inherited),
            DeclaredWork { Declared: { IsProgram: true } program } => OfProgram(new Dictionary<string, object?> { ["arguments"] = program.Arguments, [Variables] = program.Environment }, inherited),
            DeclaredWork { Declared: { Checks: { } checks } } => OfChecks(checks, inherited),
            DeclaredWork { Declared.Headers: var headers } => headers.Values.Select(value => (Headers, value)),
            FileWork file => Members(Member(file.Spec, Headers)).Select(header => (Headers, Text(header.Value))),
            _ => [],
        });
        return ofWork.Concat(OfChecks(operation.Health, inherited));
    }

    // The programs of checks: what is asked, and what makes the answer known.
    private static IEnumerable<(string Key, string Text)> OfChecks(object? checks, IReadOnlyDictionary<string, object?> inherited) =>
        Items(checks).SelectMany(check => OfCall(Member(check, "check"), inherited).Concat(OfCall(Member(check, "notify"), inherited)));

    private static IEnumerable<(string Key, string Text)> OfCall(object? call, IReadOnlyDictionary<string, object?> inherited) =>
        Member(call, "command") is { } program ? OfProgram(program, inherited) : [];

    private static IEnumerable<(string Key, string Text)> OfProgram(object program, IReadOnlyDictionary<string, object?> inherited)
    {
        var own = Members(Member(program, Variables)).ToDictionary(member => member.Name, member => member.Value);
        var others = inherited.Where(variable => !own.ContainsKey(variable.Key)).Select(variable => variable.Value);
        return Items(Member(program, "arguments")).Select(argument => ("arguments", Text(argument)))
            .Concat(own.Values.Concat(others).Select(value => (Variables, Text(value))));
    }

    // Documents are JSON where a lab declares them, and dictionaries where they have been made of objects.
    private static object? Member(object? document, string name) => Members(document).FirstOrDefault(member => member.Name == name).Value;

    private static IEnumerable<(string Name, object? Value)> Members(object? document) => document switch
    {
        JsonElement { ValueKind: JsonValueKind.Object } json => json.EnumerateObject().Select(member => (member.Name, (object?)member.Value)),
        IEnumerable<KeyValuePair<string, object?>> map => map.Select(member => (member.Key, member.Value)),
        IEnumerable<KeyValuePair<string, string?>> map => map.Select(member => (member.Key, (object?)member.Value)),
        _ => [],
    };

    private static IEnumerable<object?> Items(object? document) => document switch
    {
        JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray().Select(item => (object?)item),
        IEnumerable list and not string => list.Cast<object?>(),
        _ => [],
    };

    private static string Text(object? value) => value switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString() ?? "",
        _ => "",
    };
}
