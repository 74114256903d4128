using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>Reads the values of a script's <c>$using:</c> expressions in the caller's scope.</summary>
/// <remarks>
/// The engine finds them through the parameter <c>--%</c>, a dictionary from the expression's text to its value, in the
/// scope of the block or any scope around it: nested blocks see them too.
/// </remarks>
internal sealed class UsingCollector(PSCmdlet caller)
{
    /// <summary>The name under which a splatted dictionary is taken for the engine's own parameter.</summary>
    internal const string ParameterName = "-%";

    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <summary>The dictionary for a script; nothing when it uses none.</summary>
    internal Hashtable? Collect(ScriptBlockAst script, string operation, List<LabFinding> findings)
    {
        var expressions = ScriptTraits.Using(script);
        if (expressions.Count == 0)
        {
            return null;
        }

        var values = new Hashtable(expressions.Count);
        foreach (var expression in expressions)
        {
            if (!TryEvaluate(expression, out var value))
            {
                // A block inside the script may mean a variable that the script itself makes.
                if (!IsNested(expression, script))
                {
                    findings.Add(new LabFinding(
                        LabRunnerError.UndefinedUsing,
                        $"Operation '{operation}' uses {expression.Extent.Text} (line {expression.Extent.StartLineNumber}), but the caller has no such variable.",
                        operation,
                        "Set it before the call, or pass the value in Parameters."));
                }

                continue;
            }

            findings.AddRange(ArgumentGuard.Check(value, operation, expression.Extent.Text));

            values[KeyOf(expression)] = value;
        }

        return values;
    }

    // The engine's own key: the text in lower case when it is a variable, as written when it is more.
    private static string KeyOf(UsingExpressionAst expression)
    {
        var text = expression.ToString();
        if (expression.SubExpression is VariableExpressionAst)
        {
            text = text.ToLowerInvariant();
        }

        return Convert.ToBase64String(Encoding.Unicode.GetBytes(text));
    }

    private static bool IsNested(UsingExpressionAst expression, ScriptBlockAst script)
    {
        for (var parent = expression.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is ScriptBlockAst block)
            {
                return block != script;
            }
        }

        return false;
    }

    private bool TryEvaluate(UsingExpressionAst expression, out object? value)
    {
        ExpressionAst root = expression.SubExpression;
        while (root is MemberExpressionAst or IndexExpressionAst)
        {
            root = root is MemberExpressionAst member ? member.Expression : ((IndexExpressionAst)root).Target;
        }

        value = null;
        if (root is UsingExpressionAst inner)
        {
            root = inner.SubExpression;
        }

        if (root is not VariableExpressionAst variable || !TryVariable(variable.VariablePath, out var found))
        {
            return false;
        }

        // What comes behind the variable is members and indexes only: the parser allows no calls there.
        var tail = expression.SubExpression.Extent.Text[(variable.Extent.EndOffset - expression.SubExpression.Extent.StartOffset)..];
        if (tail.Length > 0)
        {
            var reader = caller.InvokeCommand.NewScriptBlock("param($v) ,$v" + tail);
            var result = reader.Invoke(found);
            found = result.Count == 1 ? result[0] : null;
        }

        value = found is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : found;
        return true;
    }

    private bool TryVariable(VariablePath path, out object? value)
    {
        if (_values.TryGetValue(path.UserPath, out value))
        {
            return true;
        }

        if (path.IsDriveQualified)
        {
            value = caller.GetVariableValue(path.UserPath);
        }
        else if (caller.SessionState.PSVariable.Get(path.UserPath) is { } variable)
        {
            value = variable.Value;
        }
        else
        {
            return false;
        }

        _values.Add(path.UserPath, value);
        return true;
    }
}
