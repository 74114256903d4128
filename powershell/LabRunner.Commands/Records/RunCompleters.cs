using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>Completes the names of recorded runs.</summary>
public sealed class LabRunNameCompleter : LabCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () => LabHistory.Runs(null).Select(run => run.Name).Distinct(StringComparer.OrdinalIgnoreCase));
}

/// <summary>Completes the ids of recorded runs, the newest first.</summary>
public sealed class LabRunIdCompleter : LabCompleter
{
    private const int Most = 50;

    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        LabRunSummary[] runs = [];
        _ = Completion.Matching("", () => (runs = LabHistory.Runs(null, named: false)).Select(run => run.Run)).Count();
        return runs.Where(run => run.Run.StartsWith(Completion.Bare(wordToComplete), StringComparison.OrdinalIgnoreCase)).Take(Most).Select(run =>
            new CompletionResult(LabDisplay.ShortId(run.Run), $"{LabDisplay.ShortId(run.Run)} {run.Name}", CompletionResultType.ParameterValue, $"{run.Name}, {LabRunRecord.Word(run.Status)}, {LabDisplay.When(run.StartTime)}"));
    }
}
