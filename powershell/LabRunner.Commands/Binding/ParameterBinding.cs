using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Errors;

namespace LabRunner.Binding;

/// <summary>How the <c>Parameters</c> of an operation meet the parameters of its script.</summary>
/// <remarks>
/// Keys that name parameters are splatted. If none does and the script has exactly one parameter, that one gets the
/// whole dictionary. Any other key that names no parameter is a fault.
/// </remarks>
internal static class ParameterBinding
{
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction", "ProgressAction", "ErrorVariable",
        "WarningVariable", "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable", "WhatIf", "Confirm",
        "vb", "db", "ea", "wa", "infa", "proga", "ev", "wv", "iv", "ov", "ob", "pv", "wi", "cf",
    };

    /// <summary>Binds to a script whose syntax tree is known.</summary>
    internal static (object?[] Positional, Hashtable Named) Bind(ScriptBlockAst script, object? parameters, string operation, List<LabFinding> findings, bool onlyDeclared = false)
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (parameters is null)
        {
            return ([], named);
        }

        if (!TryRead(parameters, operation, findings, out var keys) || keys.Count == 0)
        {
            return ([], named);
        }

        var declared = script.ParamBlock?.Parameters ?? (IReadOnlyList<ParameterAst>)[];
        if (script.DynamicParamBlock is not null || (declared.Count == 0 && UsesArgs(script)))
        {
            // Only the engine can tell which parameters there are; without any, $args gets names and values.
            return ([], Splat(keys, named));
        }

        var names = NamesOf(declared);
        var unmatched = keys.Keys.Where(key => !names.Contains(key) && !(IsAdvanced(script, declared) && Common.Contains(key))).ToArray();
        if (unmatched.Length == 0)
        {
            return ([], Splat(keys, named));
        }

        if (unmatched.Length == keys.Count && declared.Count == 1)
        {
            return ([parameters], named);
        }

        if (onlyDeclared)
        {
            return ([], Splat(keys.Where(pair => !unmatched.Contains(pair.Key)), named));
        }

        foreach (var key in unmatched)
        {
            findings.Add(new LabFinding(
                LabRunnerError.UnknownParameter,
                $"Operation '{operation}' is given a value for '{key}', but its script has no such parameter.",
                operation,
                declared.Count == 0
                    ? "Declare it: param($" + key + ")."
                    : "It has: " + string.Join(", ", declared.Select(parameter => parameter.Name.VariablePath.UserPath)) + ".")
            {
                Parameter = key,
            });
        }

        return ([], named);
    }

    /// <summary>Binds to a command of which only a worker will know the parameters.</summary>
    internal static (object?[] Positional, Hashtable Named) BindUnchecked(object? parameters, string operation, List<LabFinding> findings)
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        return parameters is not null && TryRead(parameters, operation, findings, out var keys) ? ([], Splat(keys, named)) : ([], named);
    }

    /// <summary>Whether the script has a parameter of that name.</summary>
    internal static bool Declares(ScriptBlockAst script, string name) =>
        script.ParamBlock is { } block && NamesOf(block.Parameters).Contains(name);

    private static bool TryRead(object parameters, string operation, List<LabFinding> findings, out Dictionary<string, object?> keys)
    {
        keys = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        switch (parameters is PSObject wrapped ? wrapped.BaseObject : parameters)
        {
            case IDictionary dictionary:
                foreach (DictionaryEntry entry in dictionary)
                {
                    keys[LanguagePrimitives.ConvertTo<string>(entry.Key)] = entry.Value;
                }

                break;
            case PSCustomObject:
                foreach (var property in PSObject.AsPSObject(parameters).Properties)
                {
                    keys[property.Name] = property.Value;
                }

                break;
            case var other:
                findings.Add(new LabFinding(
                    LabRunnerError.InvalidValue,
                    $"The Parameters of operation '{operation}' are a {other.GetType().Name}, not names with values.",
                    operation,
                    "Write Parameters = @{ Name = value }."));
                return false;
        }

        foreach (var (key, value) in keys)
        {
            findings.AddRange(ArgumentGuard.Check(value, operation, $"Parameters.{key}"));
        }

        return true;
    }

    private static Hashtable Splat(IEnumerable<KeyValuePair<string, object?>> keys, Hashtable named)
    {
        foreach (var (key, value) in keys)
        {
            named[key] = value;
        }

        return named;
    }

    private static HashSet<string> NamesOf(IEnumerable<ParameterAst> parameters)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in parameters)
        {
            names.Add(parameter.Name.VariablePath.UserPath);
            foreach (var alias in parameter.Attributes.OfType<AttributeAst>().Where(attribute => attribute.TypeName.Name.Equals("Alias", StringComparison.OrdinalIgnoreCase)))
            {
                names.UnionWith(alias.PositionalArguments.OfType<StringConstantExpressionAst>().Select(argument => argument.Value));
            }
        }

        return names;
    }

    private static bool IsAdvanced(ScriptBlockAst script, IEnumerable<ParameterAst> declared) =>
        script.ParamBlock?.Attributes.Any(attribute => attribute.TypeName.Name.Equals("CmdletBinding", StringComparison.OrdinalIgnoreCase)) == true
        || declared.Any(parameter => parameter.Attributes.OfType<AttributeAst>().Any(attribute => attribute.TypeName.Name.Equals("Parameter", StringComparison.OrdinalIgnoreCase)));

    private static bool UsesArgs(ScriptBlockAst script) =>
        script.Find(static node => node is VariableExpressionAst { VariablePath.UserPath: var name } && name.Equals("args", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: false) is not null;
}
