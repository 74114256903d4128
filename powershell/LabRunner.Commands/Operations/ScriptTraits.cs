using System.Management.Automation.Language;
using System.Runtime.CompilerServices;

namespace LabRunner.Operations;

/// <summary>What can be told from a script's text about how it must be treated. Each script is looked at once, however many operations run it.</summary>
internal static class ScriptTraits
{
    private static readonly ConditionalWeakTable<Ast, Traits> Known = [];

    /// <summary>Whether the script has <c>env:</c> in a variable or a text, or calls what sets the environment.</summary>
    internal static bool NamesEnvironment(ScriptBlockAst script) => Of(script).Environment;

    /// <summary>Whether the script merges a stream of errors into its output, as <c>2&gt;&amp;1</c> does.</summary>
    internal static bool MergesErrors(ScriptBlockAst script) => Of(script).Merging;

    /// <summary>The <c>$using:</c> expressions of the script, also those of blocks in it.</summary>
    internal static IReadOnlyList<UsingExpressionAst> Using(ScriptBlockAst script) => Of(script).Using;

    /// <summary>The variables that it reads and does not set, each where it is read first.</summary>
    internal static IReadOnlyList<VariableExpressionAst> Unset(ScriptBlockAst script) => Of(script).Unset;

    private static Traits Of(ScriptBlockAst script) => Known.GetValue(script, static ast => Look((ScriptBlockAst)ast));

    private static Traits Look(ScriptBlockAst script)
    {
        var environment = false;
        var merging = false;
        List<UsingExpressionAst>? values = null;
        var variables = VariableUse.Of(script);
        script.Find(
            node =>
            {
                switch (node)
                {
                    case VariableExpressionAst variable:
                        environment |= variable.VariablePath.DriveName?.Equals("env", StringComparison.OrdinalIgnoreCase) == true;
                        break;
                    case StringConstantExpressionAst text:
                        environment |= text.Value.StartsWith("env:", StringComparison.OrdinalIgnoreCase) || text.Value.Equals("SetEnvironmentVariable", StringComparison.OrdinalIgnoreCase);
                        break;
                    case MergingRedirectionAst { FromStream: RedirectionStream.Error or RedirectionStream.All }:
                        merging = true;
                        break;
                    case UsingExpressionAst value:
                        (values ??= []).Add(value);
                        break;
                }

                variables.See(node);
                return false;
            },
            searchNestedScriptBlocks: true);
        return new Traits(environment, merging, values?.ToArray() ?? [], variables.Unset());
    }

    private sealed record Traits(bool Environment, bool Merging, UsingExpressionAst[] Using, IReadOnlyList<VariableExpressionAst> Unset);
}
