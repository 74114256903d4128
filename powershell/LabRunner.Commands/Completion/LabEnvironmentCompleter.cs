using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Labs;

namespace LabRunner;

/// <summary>Completes the names of environments, where another parameter names the lab's file.</summary>
public sealed class LabEnvironmentCompleter : LabCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () => Completion.File(fakeBoundParameters) is { } file ? Labs.LabEnvironments.Of(file) : []);
}
