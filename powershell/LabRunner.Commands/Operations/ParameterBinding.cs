using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>What a script is called with.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name.</param>
/// <param name="AsWhole">Whether the script has no parameters, and gets the dictionary as <c>$args[0]</c>, and a block as <c>$Parameters</c> too.</param>
internal sealed record BoundParameters(object?[] Positional, Hashtable Named, bool AsWhole = false);

/// <summary>How the <c>Parameters</c> of an operation meet the parameters of its script.</summary>
/// <remarks>
/// Keys that name parameters are splatted. If none does and the script has exactly one parameter, that one gets the
/// whole dictionary, and so does a script without a param block. Any other key that names no parameter is a fault.
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
    /// <param name="script">The script.</param>
    /// <param name="parameters">What the operation says.</param>
    /// <param name="operation">Its name.</param>
    /// <param name="findings">What is wrong is added here.</param>
    /// <param name="onlyDeclared">Whether values that the script has no parameter for are left out without a word.</param>
    /// <param name="ofFile">Whether the script is a file, which is called as it is.</param>
    internal static BoundParameters Bind(ScriptBlockAst script, object? parameters, string operation, List<LabFinding> findings, bool onlyDeclared = false, bool ofFile = false)
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (parameters is null || !TryRead(parameters, operation, findings, out var keys) || keys.Count == 0)
        {
            return new([], named);
        }

        if (script.DynamicParamBlock is not null)
        {
            // Only the engine can tell which parameters there are.
            return new([], Splat(keys, named));
        }

        if (script.ParamBlock is null)
        {
            if (!onlyDeclared && !ReadsWhole(script))
            {
                findings.Add(Undeclared(keys.Keys, operation, ofFile));
            }

            return new([parameters], named, AsWhole: true);
        }

        var declared = script.ParamBlock.Parameters;
        var names = NamesOf(declared);
        var unmatched = keys.Keys.Where(key => !names.Contains(key) && !(IsAdvanced(script, declared) && Common.Contains(key))).ToArray();
        if (unmatched.Length == 0)
        {
            return new([], Splat(keys, named));
        }

        if (unmatched.Length == keys.Count && declared.Count == 1)
        {
            return new([parameters], named);
        }

        if (onlyDeclared)
        {
            return new([], Splat(keys.Where(pair => !unmatched.Contains(pair.Key)), named));
        }

        foreach (var key in unmatched)
        {
            findings.Add(new LabFinding(
                LabRunnerError.UnknownParameter,
                $"Operation '{operation}' is given a value for '{key}', but its script has no such parameter.",
                operation,
                declared.Count == 0
                    ? $"Declare it: param({Variable(key)})."
                    : "It has: " + string.Join(", ", declared.Select(parameter => parameter.Name.VariablePath.UserPath)) + ".")
            {
                Parameter = key,
            });
        }

        return new([], named);
    }

    /// <summary>Binds to a command of which only a worker will know the parameters.</summary>
    internal static BoundParameters BindUnchecked(object? parameters, string operation, List<LabFinding> findings)
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        return parameters is not null && TryRead(parameters, operation, findings, out var keys) ? new([], Splat(keys, named)) : new([], named);
    }

    /// <summary>The parameters that the script must have a value for and gets none: the engine would ask for them.</summary>
    /// <remarks>One that is mandatory in some of its sets only may be left out. What the caller has a default for gets that.</remarks>
    internal static IEnumerable<string> Missing(ScriptBlockAst script, BoundParameters bound, IDictionary? defaults)
    {
        var declared = script.ParamBlock?.Parameters ?? (IReadOnlyList<ParameterAst>)[];
        foreach (var parameter in declared.Skip(bound.Positional.Length).Where(IsMandatory))
        {
            var name = parameter.Name.VariablePath.UserPath;
            if (!NamesOf([parameter]).Any(bound.Named.ContainsKey) && defaults?.Keys.OfType<string>().Any(key => key.EndsWith($":{name}", StringComparison.OrdinalIgnoreCase)) != true)
            {
                yield return name;
            }
        }
    }

    private static bool IsMandatory(ParameterAst parameter)
    {
        var attributes = parameter.Attributes.OfType<AttributeAst>().Where(attribute => attribute.TypeName.Name.ToUpperInvariant() is "PARAMETER" or "PARAMETERATTRIBUTE").ToArray();
        return attributes.Length > 0
            && attributes.All(attribute => attribute.NamedArguments.All(argument => !argument.ArgumentName.Equals("ParameterSetName", StringComparison.OrdinalIgnoreCase)))
            && attributes.Any(attribute => attribute.NamedArguments.Any(argument =>
                argument.ArgumentName.Equals("Mandatory", StringComparison.OrdinalIgnoreCase)
                && (argument.ExpressionOmitted || (argument.Argument is VariableExpressionAst { VariablePath.UserPath: var value } && value.Equals("true", StringComparison.OrdinalIgnoreCase)) || argument.Argument is ConstantExpressionAst { Value: not (0 or false) })));
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

    private static bool ReadsWhole(ScriptBlockAst script) =>
        script.Find(static node => node is VariableExpressionAst { VariablePath.UserPath: var name } && (name.Equals("args", StringComparison.OrdinalIgnoreCase) || name.Equals(ScriptCopy.ParametersVariable, StringComparison.OrdinalIgnoreCase)), searchNestedScriptBlocks: true) is not null;

    private static LabFinding Undeclared(IReadOnlyCollection<string> keys, string operation, bool ofFile) => new(
        LabRunnerError.UnknownParameter,
        $"Operation '{operation}' has {(keys.Count == 1 ? "a parameter" : "parameters")} ({string.Join(", ", keys)}), but its script has no param block.",
        operation,
        $"Begin it with param({string.Join(", ", keys.Select(Variable))}), or read {(ofFile ? "" : $"${ScriptCopy.ParametersVariable} or ")}$args[0].")
    {
        IsWarning = true,
    };

    // As PowerShell reads it: a name with other signs than letters, digits and underscores is put in braces.
    private static string Variable(string name) =>
        name.All(sign => char.IsLetterOrDigit(sign) || sign == '_') ? $"${name}" : $"${{{name.Replace("`", "``", StringComparison.Ordinal).Replace("{", "`{", StringComparison.Ordinal).Replace("}", "`}", StringComparison.Ordinal)}}}";
}
