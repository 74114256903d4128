using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Operations;

namespace LabRunner;

/// <summary>Completes the names of the caller's variables, as parameters want them: without the dollar sign.</summary>
public sealed class SessionVariableCompleter : LabCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () => Completion.AsTyped("$" + Completion.Bare(wordToComplete)).Select(found => found.ListItemText.TrimStart('$')));
}

/// <summary>Completes the names of modules, as Import-Module does.</summary>
public sealed class SessionModuleCompleter : LabCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.AsTyped("Import-Module " + wordToComplete);
}

/// <summary>Completes the names of the session's own functions: those of modules come with the module.</summary>
public sealed class SessionFunctionCompleter : LabCompleter
{
    private const string Own = "Get-ChildItem function: | Where-Object { -not $_.Source -and $_.Name -notlike '*:' } | ForEach-Object Name";

    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () => ScriptBlock.Create(Own).Invoke().Select(name => $"{name}"));
}

/// <summary>Completes the names of operations that the session's variables hold, and those of the line itself.</summary>
public sealed class SessionOperationCompleter : LabCompleter
{
    private const string Variables = "Get-Variable -Scope Global | Where-Object Name -notin 'null', 'Error', 'args' | ForEach-Object { , $_.Value }";

    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () =>
            Names(fakeBoundParameters?["Operations"], 0)
            .Concat(ScriptBlock.Create(Variables).Invoke().SelectMany(value => Names(value, 0)))
            .Distinct(StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<string> Names(object? value, int depth)
    {
        var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (plain is object?[] or IList && depth == 0)
        {
            // Enough for a list of operations; what is longer is data.
            return ((IEnumerable)plain).Cast<object?>().Take(1000).SelectMany(item => Names(item, 1));
        }

        return plain is IDictionary or PSCustomObject
            && Operations.FieldMap.Of(value) is { } fields
            && fields.Take("Name") is string name
            && (fields.Has("ScriptBlock") || fields.Has("Script") || fields.Has("Path") || fields.Has("Command"))
            ? [name]
            : [];
    }
}
