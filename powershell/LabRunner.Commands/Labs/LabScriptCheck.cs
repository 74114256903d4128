using System.Management.Automation.Language;
using LabRunner.Errors;
using LabRunner.Interop;

namespace LabRunner.Labs;

/// <summary>Checks the syntax of a lab's scripts, those written in the lab file and those it names.</summary>
internal sealed class LabScriptCheck(string labFile, RecordedLab? recorded = null)
{
    // Further errors of one script mostly follow from its first.
    private const int PerScript = 3;

    private readonly Dictionary<string, string[]> _lines = [];

    /// <summary>What is wrong with the scripts of one operation of the core's lab model.</summary>
    internal IEnumerable<LabConfigFinding> Check(LabOperationModel item) =>
        Check(item.Script, item.Operation.Name).Concat(Check(item.RollbackScript, $"{item.Operation.Name} (rollback)")).Concat(Check(item.TestScript, $"{item.Operation.Name} (test)"));

    private IEnumerable<LabConfigFinding> Check(LabScriptModel? script, string name) => script switch
    {
        { Path: { } path } => CheckFile(Path.GetFullPath(path, Path.GetDirectoryName(labFile)!), name),
        { At: { } at } => CheckText(script.Text ?? "", at.File ?? labFile, at.Line, at.Column, name),
        _ => [],
    };

    private IEnumerable<LabConfigFinding> CheckFile(string path, string operation)
    {
        if (!path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
        {
            yield break;
        }

        var text = recorded?.Script(path);
        if (text is null && !File.Exists(path))
        {
            // An operation before it may write it: only the run can tell.
            yield return new LabConfigFinding(LabRunnerError.ScriptNotFound, LabConfigFinding.Warning, $"The script '{path}' of operation '{operation}' does not exist yet.")
            {
                Operation = operation,
                Advice = "Correct the path, or let an operation that it depends on write it.",
            };
            yield break;
        }

        ParseError[] errors;
        _ = text is null ? Parser.ParseFile(path, out _, out errors) : Parser.ParseInput(text, path, out _, out errors);
        foreach (var error in Shown(errors))
        {
            var extent = error.Extent;
            yield return Syntax(error, operation, path, extent.StartLineNumber, extent.StartColumnNumber, LineOf(extent));
        }
    }

    private IEnumerable<LabConfigFinding> CheckText(string text, string file, int line, int column, string operation)
    {
        Parser.ParseInput(text, out _, out var errors);
        if (errors.Length == 0)
        {
            yield break;
        }

        var lines = Lines(text);
        foreach (var error in Shown(errors))
        {
            var extent = error.Extent;
            var shown = lines.ElementAtOrDefault(extent.StartLineNumber - 1) ?? "";
            if (StandsAt(file, line + extent.StartLineNumber - 1, column, shown))
            {
                yield return Syntax(error, operation, file, line + extent.StartLineNumber - 1, column + extent.StartColumnNumber - 1, shown);
            }
            else if (StandsAt(file, line + extent.StartLineNumber - 1, 1, shown))
            {
                // The later lines of a script block keep the indentation that those of a YAML block lose.
                yield return Syntax(error, operation, file, line + extent.StartLineNumber - 1, extent.StartColumnNumber, shown);
            }
            else
            {
                // Folded or escaped text: its lines are not lines of the file.
                yield return Syntax(error, operation, file, line, column, shown, extent.StartLineNumber);
            }
        }
    }

    private static LabConfigFinding Syntax(ParseError error, string operation, string file, int line, int column, string shown, int? scriptLine = null) =>
        new(
            LabRunnerError.ScriptSyntax,
            LabConfigFinding.Error,
            $"The script of operation '{operation}' cannot be read{(scriptLine is null ? "" : $" (its line {scriptLine})")}: {error.Message}")
        {
            Operation = operation,
            File = file,
            Line = line,
            Column = column,
            Snippet = shown.Length is > 0 and <= 160
                ? shown + Environment.NewLine + new string(' ', Math.Clamp(error.Extent.StartColumnNumber - 1, 0, shown.Length)) + "^"
                : null,
            Advice = "Correct the script.",
        };

    private bool StandsAt(string file, int line, int column, string text)
    {
        var there = LinesOf(file).ElementAtOrDefault(line - 1);
        return there is not null && (text.Length == 0 || (there.Length >= column - 1 && there.AsSpan(column - 1).StartsWith(text)));
    }

    private string[] LinesOf(string file)
    {
        if (!_lines.TryGetValue(file, out var lines))
        {
            try
            {
                lines = Lines(File.ReadAllText(file));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                lines = [];
            }

            _lines[file] = lines;
        }

        return lines;
    }

    // At one place the first error is the cause of the others.
    private static IEnumerable<ParseError> Shown(ParseError[] errors) => errors.DistinctBy(error => error.Extent.StartOffset).Take(PerScript);

    private static string LineOf(IScriptExtent extent) => Lines(extent.StartScriptPosition.GetFullScript()).ElementAtOrDefault(extent.StartLineNumber - 1) ?? "";

    private static string[] Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
}
