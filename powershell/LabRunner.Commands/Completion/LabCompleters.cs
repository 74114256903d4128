using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Interop;
using LabRunner.Labs;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>Completes the names of labs: of files that would be found, and of labs that were run.</summary>
public sealed class LabNameCompleter : LabCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () => Completion.Location is { } here ? LabFileSearch.Names(here) : [])
        .Concat(Completion.Matching(wordToComplete, () => LabHistory.Labs(withHistory: false)
            // What is to be run or planned needs its file; what is asked about does not.
            .Where(lab => commandName is "Get-LabStatus" or "Get-LabPerformance" || (lab.LastRun?.Source is { } source && File.Exists(source)))
            .Select(lab => lab.LabName)))
        .DistinctBy(result => result.ListItemText, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Completes the names of a lab file's operations, where another parameter names the file.</summary>
public sealed class LabOperationCompleter : LabCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Matching(wordToComplete, () =>
        {
            if (Completion.File(fakeBoundParameters) is not { } file)
            {
                return [];
            }

            using var reading = LabFile.ReadLab(file);
            return (reading.Lab?.Operations ?? []).Select(item => item.Operation.Name).ToArray();
        });
}

/// <summary>What completers share: they never throw, and they quote.</summary>
internal static class Completion
{
    private static readonly string[] PathParameters = ["ConfigurationPath", "ConfigPath", "Path"];

    /// <summary>The lab file that another parameter names, by its path or by the lab's name.</summary>
    internal static string? File(IDictionary? bound)
    {
        if (Location is not { } here)
        {
            return null;
        }

        return PathParameters.Select(name => bound?[name]).FirstOrDefault(value => value is not null) is { } path
            ? Path.GetFullPath(LanguagePrimitives.ConvertTo<string>(path is object?[] and [var first, ..] ? first : path), here)
            : bound?["LabName"] is { } lab ? LabFileSearch.Find(here, LanguagePrimitives.ConvertTo<string>(lab)).Path
            : null;
    }

    /// <summary>The folder that relative paths begin at, if there is one.</summary>
    internal static string? Location =>
        ScriptBlock.Create("$ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath").Invoke().FirstOrDefault()?.BaseObject as string;

    /// <summary>A word without the quotes it may have been begun with.</summary>
    internal static string Bare(string? word) => (word ?? "").Trim('\'', '"');

    /// <summary>What the engine would complete at the end of such a line.</summary>
    internal static IReadOnlyList<CompletionResult> AsTyped(string line)
    {
        try
        {
            return CommandCompletion.CompleteInput(line, line.Length, new Hashtable()).CompletionMatches;
        }
        catch (RuntimeException)
        {
            return [];
        }
    }

    /// <summary>The names that begin with the word.</summary>
    internal static IEnumerable<CompletionResult> Matching(string? word, Func<IEnumerable<string>> names)
    {
        var begun = Bare(word);
        try
        {
            return [.. names().Where(name => name.StartsWith(begun, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.OrdinalIgnoreCase).Select(Result)];
        }
        catch (Exception error) when (error is LabRunnerException or LabCoreException or NativeLibraryException or RuntimeException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Tab must never show an error.
            return [];
        }
    }

    private static CompletionResult Result(string name)
    {
        var bare = name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.');
        return new CompletionResult(bare ? name : "'" + CodeGeneration.EscapeSingleQuotedStringContent(name) + "'", name, CompletionResultType.ParameterValue, name);
    }
}
