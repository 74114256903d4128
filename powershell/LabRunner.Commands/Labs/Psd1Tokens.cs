using System.Globalization;
using System.Management.Automation.Language;
using System.Numerics;
using System.Text.Json;
using LabRunner.Json;

namespace LabRunner.Labs;

/// <summary>Reads a psd1 file as data: the PowerShell parser finds its pieces, nothing of it is executed.</summary>
/// <remarks>
/// What comes out is the flat list of tokens that the core's <c>config::psd1</c> builds its document from. Allowed are
/// constants, <c>$true</c>, <c>$false</c>, <c>$null</c>, hashtables (also <c>[ordered]</c>), lists and script blocks,
/// which stay text. Anything else is a fault at its own place, and reading goes on, so that all faults are found at once.
/// </remarks>
internal sealed class Psd1Tokens
{
    // Beyond it the parser's own recursion would be at risk, and the core reads 100 levels at most.
    private const int MaxNesting = 500;

    private readonly Utf8JsonWriter _json;

    private Psd1Tokens(Utf8JsonWriter json) => _json = json;

    /// <summary>The tokens of a text, as a JSON array in UTF-8.</summary>
    internal static byte[] Of(string text) => JsonText.Bytes(
        json =>
        {
            json.WriteStartArray();
            new Psd1Tokens(json).Read(text);
            json.WriteEndArray();
        },
        text.Length + 256);

    private void Read(string text)
    {
        if (DeepestAt(text) is { } place)
        {
            Fault("too-large", "the file nests too many levels deep", "Nest it less deeply.", place);
            return;
        }

        var ast = Parser.ParseInput(text, out _, out var errors);
        foreach (var error in errors.DistinctBy(error => error.Extent.StartOffset).Take(20))
        {
            if (error.ErrorId == "DuplicateKeyInHashLiteral")
            {
                Fault("duplicate-key", $"the key '{error.Extent.Text}' appears twice", "Remove one of the two.", error.Extent);
            }
            else
            {
                Fault("malformed", $"the file is not valid PowerShell: {error.Message}", "Correct it; a psd1 file is one hashtable: @{ Name = '…'; Operations = @( … ) }.", error.Extent);
            }
        }

        if (errors.Length > 0)
        {
            return;
        }

        if (Odd(ast) is { } odd)
        {
            NotData(odd, "a psd1 file holds one hashtable and nothing else");
            return;
        }

        var statements = ast.EndBlock.Statements;
        if (statements.Count == 0)
        {
            return;
        }

        foreach (var second in statements.Skip(1).Take(1))
        {
            NotData(second, "a psd1 file holds one hashtable and nothing else");
        }

        Statement(statements[0]);
    }

    private static Ast? Odd(ScriptBlockAst ast) =>
        ast.ParamBlock ?? (Ast?)ast.BeginBlock ?? ast.ProcessBlock ?? ast.DynamicParamBlock ?? ast.UsingStatements.FirstOrDefault() ?? (Ast?)ast.EndBlock?.Traps?.FirstOrDefault();

    // The first place where brackets are nested too deeply. Text and comments may hold brackets too, which
    // does no harm: five hundred of them are never open at the same time.
    private static IScriptExtent? DeepestAt(string text)
    {
        var depth = 0;
        var deepest = 0;
        foreach (var c in text)
        {
            if (c is '{' or '(' or '[')
            {
                deepest = Math.Max(deepest, ++depth);
            }
            else if (c is '}' or ')' or ']')
            {
                depth = Math.Max(0, depth - 1);
            }
        }

        return deepest <= MaxNesting ? null : new ScriptExtent(new ScriptPosition("", 1, 1, ""), new ScriptPosition("", 1, 2, ""));
    }

    private void Statement(StatementAst statement)
    {
        if (statement is PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } only] })
        {
            Value(only.Expression);
        }
        else
        {
            NotData(statement, statement is PipelineAst { PipelineElements: [CommandAst command, ..] } ? $"'{command.GetCommandName() ?? command.Extent.Text}' is a command" : "this is a statement");
            Null(statement.Extent);
        }
    }

    private void Value(ExpressionAst expression)
    {
        switch (expression)
        {
            case HashtableAst table:
                Table(table);
                break;
            case ConvertExpressionAst { Type.TypeName.FullName: var type, Child: HashtableAst table } when type.Equals("ordered", StringComparison.OrdinalIgnoreCase):
                Table(table);
                break;
            case ScriptBlockExpressionAst block:
                Script(block);
                break;
            case StringConstantExpressionAst text:
                Token("text", text.Extent, text.Value);
                break;
            case ConstantExpressionAst number:
                Number(number.Value, number.Extent, negative: false);
                break;
            case UnaryExpressionAst { TokenKind: TokenKind.Minus or TokenKind.Plus, Child: ConstantExpressionAst and not StringConstantExpressionAst } signed:
                Number(((ConstantExpressionAst)signed.Child).Value, signed.Extent, signed.TokenKind == TokenKind.Minus);
                break;
            case VariableExpressionAst { VariablePath.UserPath: var name, Splatted: false } variable when Constant(name, variable):
                break;
            case ParenExpressionAst { Pipeline: PipelineAst inner }:
                Statement(inner);
                break;
            case ArrayLiteralAst list:
                Sequence(list.Extent, list.Elements);
                break;
            case ArrayExpressionAst array:
                Array(array);
                break;
            default:
                NotData(expression, What(expression));
                Null(expression.Extent);
                break;
        }
    }

    private bool Constant(string name, VariableExpressionAst variable)
    {
        switch (name.ToLowerInvariant())
        {
            case "true":
            case "false":
                Begin("bool", variable.Extent);
                _json.WriteBoolean("value", name.Equals("true", StringComparison.OrdinalIgnoreCase));
                _json.WriteEndObject();
                return true;
            case "null":
                Null(variable.Extent);
                return true;
            default:
                return false;
        }
    }

    private void Table(HashtableAst table)
    {
        Begin("mapping", table.Extent);
        _json.WriteEndObject();
        foreach (var (key, value) in table.KeyValuePairs)
        {
            if (key is not ConstantExpressionAst { Value: { } name })
            {
                NotData(key, "a key is a plain name, or text in quotes");
                continue;
            }

            Token("key", key.Extent, Convert.ToString(name, CultureInfo.InvariantCulture) ?? "");
            Statement(value);
        }

        End();
    }

    private void Array(ArrayExpressionAst array)
    {
        var statements = array.SubExpression.Statements;
        if (array.SubExpression.Traps is { Count: > 0 } traps)
        {
            NotData(traps[0], "this is a statement");
        }

        Begin("sequence", array.Extent);
        _json.WriteEndObject();
        foreach (var statement in statements)
        {
            // As in PowerShell: what a statement in @( ) enumerates becomes items of the one list.
            if (statement is PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0, Expression: ArrayLiteralAst list }] })
            {
                foreach (var item in list.Elements)
                {
                    Value(item);
                }
            }
            else
            {
                Statement(statement);
            }
        }

        End();
    }

    private void Sequence(IScriptExtent extent, IEnumerable<ExpressionAst> items)
    {
        Begin("sequence", extent);
        _json.WriteEndObject();
        foreach (var item in items)
        {
            Value(item);
        }

        End();
    }

    // The inside of the braces, from its first line that is not blank: so its lines are lines of the file.
    private void Script(ScriptBlockExpressionAst block)
    {
        var whole = block.Extent.Text;
        var start = 1;
        var line = block.Extent.StartLineNumber;
        var column = block.Extent.StartColumnNumber + 1;
        for (var at = 1; at < whole.Length - 1 && char.IsWhiteSpace(whole[at]); at++)
        {
            if (whole[at] == '\n')
            {
                start = at + 1;
                line++;
                column = 1;
            }
        }

        var text = whole[start..^1].TrimEnd();
        if (column > 1)
        {
            var blank = text.Length - text.TrimStart().Length;
            text = text[blank..];
            column += blank;
        }

        var first = text.AsSpan().IndexOf('\n') is var length and >= 0 ? length : text.Length;
        Begin("script", line, column, line, column + first);
        _json.WriteString("text", text);
        _json.WriteEndObject();
    }

    private void Number(object value, IScriptExtent extent, bool negative)
    {
        var sign = negative ? "-" : "";
        switch (value)
        {
            case double or float:
                var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                if (double.IsFinite(number))
                {
                    Token(number == Math.Floor(number) && Math.Abs(number) < 1e15 ? "integer" : "float", extent, sign + number.ToString("R", CultureInfo.InvariantCulture));
                    break;
                }

                Fault("malformed", $"'{extent.Text}' is too large for a number", "Write a smaller one.", extent);
                Null(extent);
                break;
            case decimal exact:
                Token(exact == decimal.Truncate(exact) && exact.Scale == 0 ? "integer" : "float", extent, sign + exact.ToString(CultureInfo.InvariantCulture));
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or BigInteger:
                Token("integer", extent, sign + Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            default:
                Fault("not-data", $"'{extent.Text}' is not a number", "Write digits.", extent);
                Null(extent);
                break;
        }
    }

    private static string What(ExpressionAst expression) => expression switch
    {
        VariableExpressionAst variable => $"the variable ${variable.VariablePath.UserPath} has no value while a file is read",
        ExpandableStringExpressionAst => "text in double quotes that holds a variable would have to be expanded",
        SubExpressionAst => "a subexpression would have to be executed",
        InvokeMemberExpressionAst => "a method call would have to be executed",
        MemberExpressionAst => "a member access would have to be executed",
        ConvertExpressionAst cast => $"a cast to [{cast.Type.TypeName.FullName}] would have to be executed",
        TypeExpressionAst type => $"the type [{type.TypeName.FullName}] is not a value",
        _ => "this expression would have to be executed",
    };

    private void NotData(Ast ast, string what) => Fault(
        "not-data",
        $"the file is data, and {what}",
        "Write constants, @{ }, @( ), $true, $false or $null; what is to run belongs in an operation's ScriptBlock = { }.",
        ast.Extent);

    private void Null(IScriptExtent extent)
    {
        Begin("null", extent);
        _json.WriteEndObject();
    }

    private void Fault(string fault, string message, string advice, IScriptExtent extent)
    {
        Begin("fault", extent);
        _json.WriteString("fault", fault);
        _json.WriteString("message", message);
        _json.WriteString("advice", advice);
        _json.WriteEndObject();
    }

    private void Token(string kind, IScriptExtent extent, string text)
    {
        Begin(kind, extent);
        _json.WriteString("text", text);
        _json.WriteEndObject();
    }

    private void Begin(string kind, IScriptExtent extent) =>
        Begin(kind, extent.StartLineNumber, extent.StartColumnNumber, extent.EndLineNumber, extent.EndColumnNumber);

    private void Begin(string kind, int line, int column, int endLine, int endColumn)
    {
        _json.WriteStartObject();
        _json.WriteString("kind", kind);
        _json.WriteStartArray("at");
        _json.WriteNumberValue(line);
        _json.WriteNumberValue(column);
        _json.WriteNumberValue(endLine);
        _json.WriteNumberValue(endColumn);
        _json.WriteEndArray();
    }

    private void End()
    {
        _json.WriteStartObject();
        _json.WriteString("kind", "end");
        _json.WriteEndObject();
    }
}
