using System.Management.Automation;
using System.Management.Automation.Language;

namespace LabRunner.Operations;

/// <summary>The variables that a block reads and nothing in it sets: what only its caller can have set.</summary>
/// <remarks>
/// It rather overlooks one than names one wrongly. A name that is set anywhere in the block, in any scope, counts as set everywhere;
/// where a block can set variables that its text does not name, nothing is said of it at all.
/// </remarks>
internal sealed class VariableUse
{
    // What the engine itself sets, and what operations inherit. Names that end in Preference are all of that kind.
    private static readonly HashSet<string> Automatic = new(StringComparer.OrdinalIgnoreCase)
    {
        "_", "PSItem", "args", "this", "input", "null", "true", "false", "?", "^", "$", "Error", "LASTEXITCODE", "Matches", "foreach", "switch",
        "MyInvocation", "PSScriptRoot", "PSCommandPath", "PSBoundParameters", "PSCmdlet", "PSDebugContext", "StackTrace", "NestedPromptLevel",
        "PSHOME", "PSCulture", "PSUICulture", "PSVersionTable", "PSEdition", "PSSenderInfo", "PSStyle", "PWD", "HOME", "Host", "PID", "PROFILE", "ShellId",
        "ExecutionContext", "IsWindows", "IsLinux", "IsMacOS", "IsCoreCLR", "EnabledExperimentalFeatures", "ConsoleFileName", "NullString",
        "Event", "EventArgs", "EventSubscriber", "Sender", "SourceArgs", "SourceEventArgs",
        "PSDefaultParameterValues", "PSNativeCommandArgumentPassing", "OutputEncoding", "ErrorView", "FormatEnumerationLimit", "OFS",
        "PSEmailServer", "PSSessionOption", "PSSessionApplicationName", "PSSessionConfigurationName", "MaximumHistoryCount", "PSLogUserData",
        ScriptCopy.ParametersVariable,
    };

    // Commands that run a block in the scope they are called in. What others do with one is not known.
    private static readonly HashSet<string> RunHere = new(StringComparer.OrdinalIgnoreCase)
    {
        "ForEach-Object", "foreach", "%", "Where-Object", "where", "?", "Sort-Object", "sort", "Select-Object", "select", "Group-Object", "group",
        "Measure-Object", "measure", "Measure-Command", "Format-Table", "ft", "Format-List", "fl", "Compare-Object",
    };

    private static readonly HashSet<string> ScopeSetters = new(StringComparer.OrdinalIgnoreCase) { "Set-Variable", "sv", "set", "New-Variable", "nv" };

    private readonly ScriptBlockAst _script;
    private readonly List<VariableExpressionAst> _reads = [];
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);
    private bool _isOpen;

    private VariableUse(ScriptBlockAst script) => _script = script;

    /// <summary>Begins with a block whose nodes are shown to it one by one.</summary>
    internal static VariableUse Of(ScriptBlockAst script) => new(script);

    /// <summary>Looks at all of a block.</summary>
    internal static VariableUse Whole(ScriptBlockAst script)
    {
        var use = new VariableUse(script);
        script.Find(
            node =>
            {
                use.See(node);
                return false;
            },
            searchNestedScriptBlocks: true);
        return use;
    }

    /// <summary>Whether the block may set variables that its text does not name.</summary>
    internal bool IsOpen => _isOpen;

    /// <summary>Whether it sets a variable of that name.</summary>
    internal bool Sets(string name) => _written.Contains(name);

    /// <summary>Looks at one node.</summary>
    internal void See(Ast node)
    {
        switch (node)
        {
            case VariableExpressionAst { Parent: not UsingExpressionAst } variable:
                _reads.Add(variable);
                break;
            case AssignmentStatementAst assignment:
                Write(assignment.Left);
                break;
            case ForEachStatementAst loop:
                Write(loop.Variable);
                break;
            case ParameterAst parameter:
                Write(parameter.Name);
                break;
            case UnaryExpressionAst { TokenKind: TokenKind.PlusPlus or TokenKind.MinusMinus or TokenKind.PostfixPlusPlus or TokenKind.PostfixMinusMinus } step:
                Write(step.Child);
                break;
            case ConvertExpressionAst reference when reference.Type.TypeName.Name.Equals("ref", StringComparison.OrdinalIgnoreCase):
                Write(reference.Child);
                break;
            case DataStatementAst { Variable: { } name }:
                _written.Add(name);
                break;
            case MemberExpressionAst { Member: StringConstantExpressionAst { Value: var member } } when member.Equals("PSVariable", StringComparison.OrdinalIgnoreCase):
                _isOpen = true;
                break;
            case CommandAst command:
                See(command);
                break;
        }
    }

    /// <summary>The names, each with the first place where it is read.</summary>
    internal IReadOnlyList<VariableExpressionAst> Unset()
    {
        if (_isOpen || _reads.Count == 0)
        {
            return [];
        }

        List<VariableExpressionAst>? unset = null;
        foreach (var read in _reads)
        {
            var name = NameOf(read.VariablePath);
            if (name is not null && !_written.Contains(name) && !IsAutomatic(name) && IsReadHere(read) && unset?.Exists(other => name.Equals(NameOf(other.VariablePath), StringComparison.OrdinalIgnoreCase)) != true)
            {
                (unset ??= []).Add(read);
            }
        }

        return unset ?? (IReadOnlyList<VariableExpressionAst>)[];
    }

    /// <summary>The name without its scope; nothing for a drive's, and for what is said to be local.</summary>
    internal static string? NameOf(VariablePath path) =>
        path.IsDriveQualified || path.IsLocal && !path.IsUnscopedVariable || path.IsPrivate ? null : path.UserPath[(path.UserPath.IndexOf(':', StringComparison.Ordinal) + 1)..];

    internal static bool IsAutomatic(string name) => Automatic.Contains(name) || name.EndsWith("Preference", StringComparison.OrdinalIgnoreCase);

    private void Write(ExpressionAst target)
    {
        switch (target)
        {
            case VariableExpressionAst variable:
                var path = variable.VariablePath.UserPath;
                _written.Add(path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..]);
                break;
            case AttributedExpressionAst attributed:
                Write(attributed.Child);
                break;
            case ArrayLiteralAst several:
                foreach (var one in several.Elements)
                {
                    Write(one);
                }

                break;
            case ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst { Expression: var inner }] } }:
                Write(inner);
                break;
        }
    }

    private void See(CommandAst command)
    {
        var name = command.GetCommandName();
        if (command.InvocationOperator == TokenKind.Dot || (name is not null && (Is(name, "Invoke-Expression") || Is(name, "iex"))))
        {
            _isOpen = true;
            return;
        }

        if (name is not null && ScopeSetters.Contains(name[(name.IndexOf('\\', StringComparison.Ordinal) + 1)..]))
        {
            Named(Argument(command, "n") ?? FirstValue(command));
        }

        for (var place = 1; place < command.CommandElements.Count; place++)
        {
            if (command.CommandElements[place] is CommandParameterAst parameter)
            {
                // -OutVariable, -PipelineVariable, -SessionVariable and the like, however much of them is written.
                if (parameter.ParameterName.Contains("var", StringComparison.OrdinalIgnoreCase) || parameter.ParameterName.ToUpperInvariant() is "OV" or "EV" or "WV" or "IV" or "PV" or "SV")
                {
                    Named(parameter.Argument ?? (place + 1 < command.CommandElements.Count ? command.CommandElements[place + 1] : null));
                }
            }
            else if (command.CommandElements[place] is StringConstantExpressionAst { Value: var text } && text.StartsWith("variable:", StringComparison.OrdinalIgnoreCase))
            {
                _written.Add(text["variable:".Length..]);
            }
            else if (command.CommandElements[place] is ExpandableStringExpressionAst { Value: var made } && made.StartsWith("variable:", StringComparison.OrdinalIgnoreCase))
            {
                _isOpen = true;
            }
        }
    }

    // The variables that a command sets by its parameters.
    private void Named(CommandElementAst? names)
    {
        switch (names)
        {
            case StringConstantExpressionAst { Value: var name }:
                _written.Add(name.TrimStart('+'));
                break;
            case ArrayLiteralAst several when several.Elements.All(element => element is StringConstantExpressionAst):
                foreach (var one in several.Elements)
                {
                    Named(one);
                }

                break;
            default:
                _isOpen = true;
                break;
        }
    }

    private static CommandElementAst? Argument(CommandAst command, string beginning)
    {
        for (var place = 1; place < command.CommandElements.Count; place++)
        {
            if (command.CommandElements[place] is CommandParameterAst parameter && parameter.ParameterName.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                return parameter.Argument ?? (place + 1 < command.CommandElements.Count ? command.CommandElements[place + 1] : null);
            }
        }

        return null;
    }

    private static CommandElementAst? FirstValue(CommandAst command) =>
        command.CommandElements.Count > 1 && command.CommandElements[1] is not CommandParameterAst ? command.CommandElements[1] : null;

    // Whether the script itself reads it, and not a block that it hands to something else: another machine, a job, a language of its own.
    private bool IsReadHere(VariableExpressionAst read)
    {
        for (Ast? node = read; node is not null && node != _script; node = node.Parent)
        {
            if (node is ScriptBlockExpressionAst block && !RunsHere(block))
            {
                return false;
            }
        }

        return true;
    }

    private static bool RunsHere(ScriptBlockExpressionAst block)
    {
        for (var node = block.Parent; node is not null; node = node.Parent)
        {
            switch (node)
            {
                case CommandAst command:
                    return command.CommandElements[0] == block
                        ? command.InvocationOperator == TokenKind.Ampersand
                        : command.GetCommandName() is { } name && RunHere.Contains(name)
                            && !command.CommandElements.Any(element => element is CommandParameterAst { ParameterName: var parameter } && parameter.StartsWith("Par", StringComparison.OrdinalIgnoreCase));
                case InvokeMemberExpressionAst { Member: StringConstantExpressionAst { Value: var method } }:
                    return Is(method, "ForEach") || Is(method, "Where") || Is(method, "Invoke");
                case ScriptBlockAst or AssignmentStatementAst:
                    return false;
            }
        }

        return false;
    }

    private static bool Is(string text, string other) => text.Equals(other, StringComparison.OrdinalIgnoreCase);
}
