using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>Finds variables of the caller's session that a block reads as if it ran there: in an operation they are empty.</summary>
/// <remarks>
/// Each distinct block is looked at once, and the session is asked only for what a block reads and does not set. A variable that is
/// <c>$null</c> in the session, or belongs to a module, makes no difference or comes with the module.
/// </remarks>
/// <param name="caller">Whose session it is.</param>
/// <param name="findings">What is found is added here, as warnings.</param>
/// <param name="brought">What the run brings into its operations.</param>
internal sealed class CallerVariables(PSCmdlet caller, List<LabFinding> findings, BroughtVariables? brought = null)
{
    private readonly Dictionary<Ast, VariableExpressionAst[]> _looked = [];

    /// <summary>Looks at the block of an operation.</summary>
    internal void Look(ScriptBlockAst block, string operation)
    {
        if (ScriptTraits.Unset(block).Count == 0)
        {
            return;
        }

        if (!_looked.TryGetValue(block, out var found))
        {
            _looked.Add(block, found = [.. ScriptTraits.Unset(block).Where(IsTheCallers)]);
        }

        foreach (var variable in found)
        {
            findings.Add(Finding(variable, $"Operation '{operation}'", operation, ", pass the value in Parameters, or run it with -Variables {0}"));
        }
    }

    /// <summary>Looks at a block that is run before the operations, under the name of its parameter.</summary>
    internal void LookAt(ScriptBlockAst block, string parameter) =>
        findings.AddRange(ScriptTraits.Unset(block).Where(IsTheCallers).Select(variable => Finding(variable, parameter, null, "")));

    private static LabFinding Finding(VariableExpressionAst variable, string who, string? operation, string otherWays)
    {
        var name = VariableUse.NameOf(variable.VariablePath)!;
        return new LabFinding(
            LabRunnerError.CallerVariable,
            $"{who} reads ${variable.VariablePath.UserPath} (line {variable.Extent.StartLineNumber}) and does not set it, and the caller's ${name} does not reach it.",
            operation,
            $"Write $using:{name}{string.Format(CultureInfo.InvariantCulture, otherWays, name)}.")
        {
            IsWarning = true,
            OfSeveral = $"read ${name} and do not set it, and the caller's ${name} does not reach them",
        };
    }

    private bool IsTheCallers(VariableExpressionAst variable)
    {
        var name = VariableUse.NameOf(variable.VariablePath)!;
        return caller.SessionState.PSVariable.Get(name) is { Value: not null, Module: null } && brought?.Has(name) != true;
    }
}
