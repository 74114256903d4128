using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Interop;
using LabRunner.Labs;
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

/// <summary>Completes the names of a recorded run's operations: of the run that the call names, or the pipeline before it, or of the last one.</summary>
public sealed class LabRunOperationCompleter : LabCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () => Place(commandAst, fakeBoundParameters) is { } place ? Names(place) : []);

    private static string? Place(CommandAst? call, IDictionary? bound)
    {
        if (First(bound?["Directory"]) is { } directory)
        {
            return Completion.Location is { } here ? Path.GetFullPath(directory, here) : null;
        }

        var source = Source(call);
        if (First(bound?["Id"]) is null && (source?.GetValueOrDefault("Path") ?? source?.GetValueOrDefault("Directory")) is { } file)
        {
            return Completion.Location is { } here ? Path.GetFullPath(file, here) : null;
        }

        var id = bound?["Id"] switch
        {
            null => source?.GetValueOrDefault("Id"),
            string text => text,
            _ => call is null ? null : Written(call).GetValueOrDefault("Id"),
        };
        var name = id is null ? source?.GetValueOrDefault("Name") : null;
        return LabCore.History(new() { Directory = RunFolders.Root, Ids = id is null ? [] : [id], Names = name is null ? [] : [name], Limit = 1 }).FirstOrDefault()?.Directory;
    }

    private static string[] Names(string place) => [.. LabCore.Record(place).Operations.Select(operation => operation.Name)];

    // What a Get-LabRun before it in the pipeline says of the run, where it is written out. Nothing is run.
    private static Dictionary<string, string?>? Source(CommandAst? call) =>
        (call?.Parent as PipelineAst)?.PipelineElements.TakeWhile(element => element != call).OfType<CommandAst>().FirstOrDefault(before => before.GetCommandName() == "Get-LabRun") is { } get
            ? Written(get)
            : null;

    private static Dictionary<string, string?> Written(CommandAst call) =>
        StaticParameterBinder.BindCommand(call, resolve: true).BoundParameters.ToDictionary(one => one.Key, one => Text(one.Value), StringComparer.OrdinalIgnoreCase);

    // The beginning of an id may look like a number, and must not become one: 1e345678 or 01234567.
    private static string? Text(ParameterBindingResult result) =>
        result.Value is ConstantExpressionAst and not StringConstantExpressionAst ? result.Value.Extent.Text : First(result.ConstantValue);

    private static string? First(object? value) => value switch
    {
        null => null,
        string text => text,
        IEnumerable list => list.Cast<object?>().Select(item => item?.ToString()).FirstOrDefault(),
        _ => value.ToString(),
    };
}
