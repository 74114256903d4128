using System.Management.Automation.Language;
using System.Runtime.CompilerServices;

namespace LabRunner.Binding;

/// <summary>Tells which scripts name the environment and so may change it.</summary>
internal static class EnvironmentUse
{
    private static readonly ConditionalWeakTable<Ast, StrongBox<bool>> Known = [];

    /// <summary>Whether the script has <c>env:</c> in a variable or a text, or calls what sets the environment.</summary>
    internal static bool In(ScriptBlockAst script) => Known.GetValue(script, static ast => new StrongBox<bool>(
        ast.Find(static node => node switch
        {
            VariableExpressionAst variable => variable.VariablePath.DriveName?.Equals("env", StringComparison.OrdinalIgnoreCase) == true,
            StringConstantExpressionAst text => text.Value.StartsWith("env:", StringComparison.OrdinalIgnoreCase) || text.Value.Equals("SetEnvironmentVariable", StringComparison.OrdinalIgnoreCase),
            _ => false,
        }, searchNestedScriptBlocks: true) is not null)).Value;
}
