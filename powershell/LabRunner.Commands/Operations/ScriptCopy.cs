using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using LabRunner.Engine;

namespace LabRunner.Operations;

/// <summary>Unbound copies of script blocks, which any worker may run.</summary>
/// <remarks>
/// A script block belongs to the session it was born in; run elsewhere it is marshalled back or corrupts its scope. A
/// copy made from its syntax tree belongs to no session and keeps file, line and <c>using</c> statements. Operations that
/// come from one literal share the copy, and with it the compiled code.
/// </remarks>
internal static class ScriptCopy
{
    /// <summary>Where a script without a param block finds the parameters of its operation.</summary>
    internal const string ParametersVariable = "Parameters";

    private static readonly ConditionalWeakTable<Ast, ScriptBlock> Copies = [];
    private static readonly ConditionalWeakTable<Ast, ScriptBlock?> Taking = [];
    private static readonly ParamBlockAst Parameters = Parser.ParseInput($"param(${ParametersVariable})", out _, out _).ParamBlock;

    private static readonly Func<ScriptBlock, PSLanguageMode?>? ModeOf = FindMode();

    /// <summary>The copy, and the syntax tree it is made from.</summary>
    internal static (ScriptBlock Copy, ScriptBlockAst Ast) Of(ScriptBlock block)
    {
        if (block.Ast is ScriptBlockAst ast)
        {
            return (Copies.GetValue(ast, static key => Unbound((ScriptBlockAst)key)), ast);
        }

        // The block of a function: its parameters are outside of its body, so that its text is parsed again.
        var parsed = Parser.ParseInput(block.ToString(), block.File, out _, out _);
        return (Unbound(parsed), parsed);
    }

    /// <summary>A script block of the syntax tree that belongs to no session and takes the language mode of the session that runs it.</summary>
    /// <remarks>A block remembers the language mode of the runspace it is made in, here the full one of the module.</remarks>
    internal static ScriptBlock Unbound(ScriptBlockAst ast)
    {
        var current = Runspace.DefaultRunspace;
        Runspace.DefaultRunspace = null;
        try
        {
            return ast.GetScriptBlock();
        }
        finally
        {
            Runspace.DefaultRunspace = current;
        }
    }

    /// <summary>The copy of a script without a param block, with <c>param($Parameters)</c> in front; nothing where that cannot be.</summary>
    internal static ScriptBlock? TakingParameters(ScriptBlockAst ast) => Taking.GetValue(ast, static key =>
    {
        try
        {
            return WithParameters((ScriptBlockAst)key) is { } with ? Unbound(with) : null;
        }
        catch (ParseException)
        {
            // A class of the file that the block is in, say: on its own it is not sound.
            return null;
        }
    });

    private static ScriptBlockAst? WithParameters(ScriptBlockAst script)
    {
        // A block that an engine newer than this interface has, and that a copy would lose.
        if (script.GetType().GetProperty("CleanBlock")?.GetValue(script) is not null)
        {
            return null;
        }

        Ast root = script;
        while (root.Parent is not null)
        {
            root = root.Parent;
        }

        // Their own Copy does not copy the name.
        var usings = (root as ScriptBlockAst)?.UsingStatements ?? (IReadOnlyList<UsingStatementAst>)[];
        if (usings.Any(line => line.Name is null || line.Alias is not null))
        {
            return null;
        }

        return new ScriptBlockAst(
            script.Extent,
            usings.Select(line => new UsingStatementAst(line.Extent, line.UsingStatementKind, Copied(line.Name))),
            script.Attributes.Select(Copied),
            Copied(Parameters),
            Optional(script.BeginBlock),
            Optional(script.ProcessBlock),
            Optional(script.EndBlock),
            null);
    }

    private static T Copied<T>(T ast)
        where T : Ast => (T)ast.Copy();

    private static T? Optional<T>(T? ast)
        where T : Ast => ast is null ? null : Copied(ast);

    /// <summary>Whether the block may use less than the full language.</summary>
    internal static bool IsConstrained(ScriptBlock block) => IsConstrained(block, ModeOf);

    // Where the engine does not tell, it counts as constrained: a block never gets more than it had. One that has no mode of its
    // own takes that of the session that runs it.
    internal static bool IsConstrained(ScriptBlock block, Func<ScriptBlock, PSLanguageMode?>? modeOf) =>
        modeOf is null || (modeOf(block) is { } mode && mode != PSLanguageMode.FullLanguage);

    private static Func<ScriptBlock, PSLanguageMode?>? FindMode() =>
        EngineMembers.BlockMode.Property?.GetMethod is { } getter && getter.ReturnType == typeof(PSLanguageMode?) ? getter.CreateDelegate<Func<ScriptBlock, PSLanguageMode?>>() : null;
}
