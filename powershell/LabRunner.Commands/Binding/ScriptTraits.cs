using System.Management.Automation.Language;
using System.Runtime.CompilerServices;

namespace LabRunner.Binding;

/// <summary>What can be told from a script's text about how it must be treated.</summary>
internal static class ScriptTraits
{
    private static readonly ConditionalWeakTable<Ast, Traits> Known = [];

    /// <summary>Whether the script has <c>env:</c> in a variable or a text, or calls what sets the environment.</summary>
    internal static bool NamesEnvironment(ScriptBlockAst script) => Of(script).Environment;

    /// <summary>Whether the script merges a stream of errors into its output, as <c>2&gt;&amp;1</c> does.</summary>
    internal static bool MergesErrors(ScriptBlockAst script) => Of(script).Merging;

    private static Traits Of(ScriptBlockAst script) => Known.GetValue(script, static ast => new Traits(
        ast.Find(static node => node switch
        {
            VariableExpressionAst variable => variable.VariablePath.DriveName?.Equals("env", StringComparison.OrdinalIgnoreCase) == true,
            StringConstantExpressionAst text => text.Value.StartsWith("env:", StringComparison.OrdinalIgnoreCase) || text.Value.Equals("SetEnvironmentVariable", StringComparison.OrdinalIgnoreCase),
            _ => false,
        }, searchNestedScriptBlocks: true) is not null,
        ast.Find(static node => node is MergingRedirectionAst { FromStream: RedirectionStream.Error or RedirectionStream.All }, searchNestedScriptBlocks: true) is not null));

    private sealed record Traits(bool Environment, bool Merging);
}
