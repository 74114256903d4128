using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Operations;

namespace LabRunner.Workers;

/// <summary>Scripts of LabRunner's own whose lines are never shown: an error in what they call does not point at them.</summary>
/// <remarks>
/// The engine shows the line that calls a block in the block's <c>$MyInvocation</c>, in the position of each error that the block
/// writes, and in transcripts. So the syntax tree is made again with places that are empty. Only the few kinds of syntax that
/// such scripts use are known here.
/// </remarks>
internal static class HiddenScript
{
    private static readonly ScriptExtent Nowhere = new(new ScriptPosition(null, 0, 0, null), new ScriptPosition(null, 0, 0, null));

    /// <summary>A block of no session with the statements of the text.</summary>
    internal static ScriptBlock Of(string text)
    {
        var script = Parser.ParseInput(text, out _, out var errors);
        if (errors.Length > 0)
        {
            throw new ParseException(errors);
        }

        return Operations.ScriptCopy.Unbound(new ScriptBlockAst(Nowhere, null, Block(script.EndBlock.Statements), isFilter: false));
    }

    private static StatementBlockAst Block(IEnumerable<StatementAst> statements) => new(Nowhere, statements.Select(Statement).ToArray(), null);

    private static StatementBlockAst Block(StatementBlockAst block) => Block(block.Statements);

    private static StatementAst Statement(StatementAst statement) => statement switch
    {
        PipelineAst pipeline => Pipeline(pipeline),
        WhileStatementAst loop => new WhileStatementAst(Nowhere, loop.Label, Pipeline((PipelineAst)loop.Condition), Block(loop.Body)),
        DoWhileStatementAst loop => new DoWhileStatementAst(Nowhere, loop.Label, Pipeline((PipelineAst)loop.Condition), Block(loop.Body)),
        IfStatementAst choice => new IfStatementAst(
            Nowhere,
            choice.Clauses.Select(clause => Tuple.Create<PipelineBaseAst, StatementBlockAst>(Pipeline((PipelineAst)clause.Item1), Block(clause.Item2))).ToArray(),
            choice.ElseClause is { } other ? Block(other) : null),
        TryStatementAst attempt => new TryStatementAst(Nowhere, Block(attempt.Body), attempt.CatchClauses.Select(clause => new CatchClauseAst(Nowhere, null, Block(clause.Body))).ToArray(), null),
        _ => throw Unknown(statement),
    };

    private static PipelineAst Pipeline(PipelineAst pipeline) => new(Nowhere, pipeline.PipelineElements.Select(Element).ToArray());

    private static CommandBaseAst Element(CommandBaseAst element) => element switch
    {
        CommandAst command => new CommandAst(Nowhere, command.CommandElements.Select(part => (CommandElementAst)Expression((ExpressionAst)part)).ToArray(), command.InvocationOperator, command.Redirections.Select(Redirection).ToArray()),
        CommandExpressionAst value => new CommandExpressionAst(Nowhere, Expression(value.Expression), value.Redirections.Select(Redirection).ToArray()),
        _ => throw Unknown(element),
    };

    private static RedirectionAst Redirection(RedirectionAst redirection) =>
        redirection is MergingRedirectionAst merging ? new MergingRedirectionAst(Nowhere, merging.FromStream, merging.ToStream) : throw Unknown(redirection);

    private static ExpressionAst Expression(ExpressionAst expression) => expression switch
    {
        VariableExpressionAst variable => new VariableExpressionAst(Nowhere, variable.VariablePath.UserPath, variable.Splatted),
        StringConstantExpressionAst text => new StringConstantExpressionAst(Nowhere, text.Value, text.StringConstantType),
        MemberExpressionAst member => new MemberExpressionAst(Nowhere, Expression(member.Expression), Expression((ExpressionAst)member.Member), member.Static),
        UnaryExpressionAst unary => new UnaryExpressionAst(Nowhere, unary.TokenKind, Expression(unary.Child)),
        _ => throw Unknown(expression),
    };

    private static InvalidOperationException Unknown(Ast node) => new($"A script of LabRunner's own has a {node.GetType().Name}, which cannot be hidden.");
}
