using System.Management.Automation;
using System.Management.Automation.Language;

namespace LabRunner.Operations;

/// <summary>The names of variables that a run brings into its operations: by -Variables, and by what -Functions and -InitializationScript set.</summary>
internal sealed class BroughtVariables(PSCmdlet caller, object? variables, string[]? functions, ScriptBlock? initialization)
{
    private readonly Lazy<HashSet<string>> _names = new(() => new HashSet<string>(
        variables is null ? [] : NamedValues.Of(variables)?.Select(entry => entry.Key) ?? [],
        StringComparer.OrdinalIgnoreCase));

    private readonly Lazy<VariableUse[]> _scripts = new(() => [.. Scripts(caller, functions, initialization).Select(VariableUse.Whole)]);

    /// <summary>Whether operations may find one of that name.</summary>
    internal bool Has(string name) => _names.Value.Contains(name) || _scripts.Value.Any(script => script.IsOpen || script.Sets(name));

    private static IEnumerable<ScriptBlockAst> Scripts(PSCmdlet caller, string[]? functions, ScriptBlock? initialization)
    {
        if (initialization?.Ast is ScriptBlockAst script)
        {
            yield return script;
        }

        foreach (var function in (functions ?? []).SelectMany(pattern => CallerFunctions.Like(caller, pattern)))
        {
            if (function.ScriptBlock.Ast is FunctionDefinitionAst { Body: var body })
            {
                yield return body;
            }
        }
    }
}
