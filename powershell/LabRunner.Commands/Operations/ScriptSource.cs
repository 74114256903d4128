using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Errors;
using LabRunner.Labs;
using LabRunner.Runs;

namespace LabRunner.Operations;

/// <summary>Makes the work of an operation from a script block, a text, a script file or a command's name.</summary>
/// <remarks>
/// With <paramref name="warnsOfMissing"/>, a script file that does not exist yet is a warning. With <paramref name="needsMandatory"/>, a
/// mandatory parameter without a value is a fault. With <paramref name="onlyDeclared"/>, values that a script has no parameter for are left out and no fault.
/// With <paramref name="callers"/>, a block that reads variables of the caller's session as its own is warned of; texts and files stand for themselves.
/// With <paramref name="recorded"/>, a script file is as the run had read it that is gone on from.
/// </remarks>
internal sealed class ScriptSource(PSCmdlet caller, List<LabFinding> findings, bool onlyDeclared = false, bool warnsOfMissing = false, bool needsMandatory = true, CallerVariables? callers = null, RecordedLab? recorded = null)
{
    private readonly UsingCollector _using = new(caller);

    /// <summary>Whether a script may use less than the full language.</summary>
    internal bool Constrained { get; private set; }

    /// <summary>A block, a text or a file of the caller; nothing for what is none of these. Unless <paramref name="mayBeFile"/>, a text is always a script.</summary>
    internal ScriptWork? From(object? script, object? parameters, object? config, string operation, bool mayBeFile = true) => script switch
    {
        ScriptBlock block => FromBlock(block, parameters, config, operation),
        string text when !string.IsNullOrWhiteSpace(text) => mayBeFile && LooksLikeFile(text)
            ? FromPath(text.Trim(), parameters, config, operation)
            : FromText(text, null, 1, parameters, operation),
        FileInfo file => FromPath(file.FullName, parameters, config, operation),
        _ => null,
    };

    /// <summary>A script block of the caller.</summary>
    internal ScriptWork FromBlock(ScriptBlock block, object? parameters, object? config, string operation)
    {
        Constrained |= ScriptCopy.IsConstrained(block);
        var (copy, ast) = ScriptCopy.Of(block);
        callers?.Look(ast, operation);
        return Bound(copy, ast, parameters, config, operation);
    }

    /// <summary>A script that is text, on its own or in a lab file, where it begins at a line.</summary>
    internal ScriptWork FromText(string text, string? file, int firstLine, object? parameters, string operation)
    {
        var ast = Parser.ParseInput(PlacedText.At(firstLine, text), file, out _, out var errors);
        if (errors.Length > 0)
        {
            Refuse(errors, operation, file);
            return new ScriptWork { Command = operation, Named = [] };
        }

        return Bound(ScriptCopy.Unbound(ast), ast, parameters, null, operation);
    }

    /// <summary>A script file, or a command's name.</summary>
    internal ScriptWork FromPath(string path, object? parameters, object? config, string operation)
    {
        var full = Resolve(path);
        var text = full is null ? null : recorded?.Script(full);
        if (full is null || !full.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) || !(text is not null || File.Exists(full)))
        {
            // A command, or a file that an operation before it will write: only the worker can tell.
            if (warnsOfMissing && full is not null && full.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
            {
                findings.Add(new LabFinding(LabRunnerError.ScriptNotFound, $"The script '{full}' of operation '{operation}' does not exist yet.", operation, "Correct the path, or let an operation that it depends on write it.") { IsWarning = true });
            }

            var loose = ParameterBinding.BindUnchecked(parameters, operation, findings);
            return new ScriptWork { Command = IsPath(path) && full is not null ? full : path, IsFile = IsPath(path), Positional = loose.Positional, Named = loose.Named };
        }

        ParseError[] errors;
        var ast = text is null ? Parser.ParseFile(full, out _, out errors) : Parser.ParseInput(text, full, out _, out errors);
        if (errors.Length > 0)
        {
            Refuse(errors, operation, full);
            return new ScriptWork { Command = full, Named = [] };
        }

        var bound = ParameterBinding.Bind(ast, WithConfig(ast, parameters, config), operation, findings, onlyDeclared, ofFile: true);
        Demand(ast, bound, operation);
        return new ScriptWork { Command = text is null ? full : ScriptCopy.Unbound(ast), IsFile = text is null, File = full, RecordedText = text, NamesEnvironment = ScriptTraits.NamesEnvironment(ast), MergesErrors = ScriptTraits.MergesErrors(ast), Positional = bound.Positional, Named = bound.Named };
    }

    /// <summary>Whether a text names a script file rather than being a script.</summary>
    internal static bool LooksLikeFile(string text) =>
        !text.Contains('\n', StringComparison.Ordinal) && text.TrimEnd().EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)
        && !text.TrimStart().StartsWith('&') && !text.TrimStart().StartsWith(". ", StringComparison.Ordinal) && text.IndexOfAny([';', '|']) < 0;

    private ScriptWork Bound(ScriptBlock copy, ScriptBlockAst ast, object? parameters, object? config, string operation)
    {
        var bound = ParameterBinding.Bind(ast, WithConfig(ast, parameters, config), operation, findings, onlyDeclared);
        Demand(ast, bound, operation);
        if (_using.Collect(ast, operation, findings) is { } values)
        {
            bound.Named[UsingCollector.ParameterName] = values;
        }

        var taking = bound.AsWhole ? ScriptCopy.TakingParameters(ast) : null;
        if (taking is not null)
        {
            // The first goes to $Parameters, the second is what $args has left.
            bound = bound with { Positional = [bound.Positional[0], bound.Positional[0]] };
        }

        return new ScriptWork { Command = copy, WithParameters = taking, NamesEnvironment = ScriptTraits.NamesEnvironment(ast), MergesErrors = ScriptTraits.MergesErrors(ast), Positional = bound.Positional, Named = bound.Named };
    }

    // Operations run without a user: what would ask is found now. Where the values themselves are wrong, that is said.
    private void Demand(ScriptBlockAst script, BoundParameters bound, string operation)
    {
        if (!needsMandatory || findings.Any(finding => finding.Operation == operation && !finding.IsWarning))
        {
            return;
        }

        var defaults = caller.SessionState.PSVariable.GetValue("PSDefaultParameterValues") as IDictionary;
        foreach (var name in ParameterBinding.Missing(script, bound, defaults))
        {
            findings.Add(new LabFinding(
                LabRunnerError.MissingParameter,
                $"Operation '{operation}' has no value for its mandatory parameter '{name}'.",
                operation,
                $"Give it one: Parameters = @{{ {name} = … }}, or 'parameters: {{ {name}: … }}' in a lab file."));
        }
    }

    // An operation's Config goes to the parameter of that name, where the script has one.
    private static object? WithConfig(ScriptBlockAst ast, object? parameters, object? config)
    {
        if (config is null || !ParameterBinding.Declares(ast, "Config"))
        {
            return parameters;
        }

        var merged = new Hashtable(StringComparer.OrdinalIgnoreCase) { ["Config"] = config };
        if (parameters is IDictionary given)
        {
            foreach (DictionaryEntry entry in given)
            {
                merged[entry.Key] = entry.Value;
            }
        }

        return merged;
    }

    private void Refuse(ParseError[] errors, string operation, string? file)
    {
        foreach (var error in errors.Take(3))
        {
            var place = file is null ? $"line {error.Extent.StartLineNumber}" : $"{file}:{error.Extent.StartLineNumber}:{error.Extent.StartColumnNumber}";
            findings.Add(new LabFinding(
                LabRunnerError.ScriptSyntax,
                $"The script of operation '{operation}' cannot be read ({place}): {error.Message}",
                operation,
                "Correct the script."));
        }
    }

    private string? Resolve(string path) => IsPath(path) ? CallerPath.Of(caller, path, out _) : null;

    private static bool IsPath(string path) =>
        path.IndexOfAny(['/', '\\']) >= 0 || path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
}
