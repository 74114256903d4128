using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Isolation;
using LabRunner.Runs;

namespace LabRunner.Pilot;

/// <summary>The order for an operation's own process: a document without anything that belongs to this process.</summary>
internal static class ProcessOrder
{
    /// <summary>The document for an operation and a caller.</summary>
    internal static Hashtable Of(string operation, ScriptWork work, ScriptWork? test, CallerState caller) => new()
    {
        ["Operation"] = operation,
        ["Script"] = Script(work.Command),
        ["TakesParameters"] = work.WithParameters is not null,
        ["Positional"] = work.Positional,
        ["Named"] = work.Named,
        ["Test"] = test is null ? null : Script(test.Command),
        ["TestTakesParameters"] = test?.WithParameters is not null,
        ["TestPositional"] = test?.Positional,
        ["TestNamed"] = test?.Named,
        ["Location"] = caller.Location,
        ["Culture"] = caller.Culture.Name,
        ["UICulture"] = caller.UICulture.Name,
        ["LanguageMode"] = caller.LanguageMode.ToString(),
        ["Preferences"] = Preferences(caller),
        ["Defaults"] = caller.DefaultParameterValues,
        ["Modules"] = caller.Import.Modules.ToArray(),
        ["Functions"] = caller.Import.Functions.Select(Script).ToArray(),
        ["Initialization"] = caller.Import.Initialization is { } script ? Script(script) : null,
        ["InitializationValues"] = caller.Import.InitializationValues,
        ["Variables"] = Variables(caller),
    };

    // A block is text at its own place in its own file, so that positions and $PSScriptRoot are what they are here.
    private static Hashtable Script(object command)
    {
        if (command is not ScriptBlock block)
        {
            return new Hashtable { ["Path"] = command.ToString() };
        }

        var ast = block.Ast;
        if (ast.Parent is null)
        {
            return new Hashtable { ["Text"] = ast.Extent.StartScriptPosition.GetFullScript() ?? ast.Extent.Text, ["File"] = ast.Extent.File };
        }

        var root = ast;
        while (root.Parent is not null)
        {
            root = root.Parent;
        }

        var usings = root is ScriptBlockAst { UsingStatements: { Count: > 0 } statements } ? string.Join("; ", statements.Select(statement => statement.Extent.Text)) : "";
        return new Hashtable { ["Text"] = usings + new string('\n', Math.Max(usings.Length > 0 ? 1 : 0, ast.Extent.StartLineNumber - 1)) + block, ["File"] = ast.Extent.File };
    }

    private static Hashtable Preferences(CallerState caller)
    {
        var values = new Hashtable();
        var asked = caller.Import.Variables.Select(variable => variable.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in caller.Preferences)
        {
            // What the call brings as a variable comes before what the caller has.
            if (!asked.Contains(name) && value is null or string or Enum or ValueType)
            {
                values[name] = value is Enum ? value.ToString() : value;
            }
        }

        // Nobody sees the bars of a process that has no screen.
        values["ProgressPreference"] = nameof(ActionPreference.SilentlyContinue);
        return values;
    }

    private static Hashtable Variables(CallerState caller)
    {
        var values = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in caller.Import.Variables)
        {
            values[name] = value;
        }

        return values;
    }
}
