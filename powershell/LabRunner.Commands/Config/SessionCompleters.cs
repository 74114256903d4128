using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Config;

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
