using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using LabRunner.Errors;
using LabRunner.Isolation;

namespace LabRunner.Operations;

/// <summary>Reads what a caller wants to have in its workers: -Variables, -Functions, -Modules, -InitializationScript.</summary>
internal sealed class StateImportSource(PSCmdlet caller)
{
    private readonly List<LabFinding> _findings = [];
    private readonly StringBuilder _fingerprint = new();

    /// <summary>Reads all of it; nothing is started when any of it is wrong.</summary>
    /// <exception cref="LabRunnerException">Something that the caller does not have; all faults are in it.</exception>
    internal StateImport Read(object? variables, string[]? functions, object[]? modules, ScriptBlock? script)
    {
        if (variables is null && functions is not { Length: > 0 } && modules is not { Length: > 0 } && script is null)
        {
            return StateImport.None;
        }

        var paths = (modules ?? []).Select(Module).OfType<string>().ToArray();
        var blocks = (functions ?? []).SelectMany(Function).ToArray();
        var values = Variables(variables);
        var (initialization, usingValues) = Initialization(script);
        LabWarnings.Write(caller, _findings);
        if (_findings.Where(finding => !finding.IsWarning).ToArray() is { Length: > 0 } faults)
        {
            throw LabRunnerError.Input(faults);
        }

        return new StateImport
        {
            Modules = paths,
            Functions = blocks,
            Variables = values,
            Initialization = initialization,
            InitializationValues = usingValues,
            Fingerprint = _fingerprint.ToString(),
        };
    }

    private string? Module(object module)
    {
        var item = module is PSObject wrapped ? wrapped.BaseObject : module;
        var name = item as string ?? (item as PSModuleInfo)?.Name ?? LanguagePrimitives.ConvertTo<string>(item);
        var isPath = name.IndexOfAny(['/', '\\']) >= 0;
        var info = item as PSModuleInfo ?? (isPath ? null : Loaded(name));
        string path;
        if (info is not null)
        {
            var manifest = System.IO.Path.Combine(info.ModuleBase ?? "", info.Name + ".psd1");
            path = File.Exists(manifest) ? manifest : info.Path ?? "";
            if (!File.Exists(path))
            {
                _findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"The module '{info.Name}' of -Modules is in no file, and cannot be imported anywhere else.", null, "Use -Functions for its functions, or save it."));
                return null;
            }
        }
        else
        {
            Exception? why = null;
            if ((isPath ? CallerPath.Of(caller, name, out why) : name) is not { } named)
            {
                _findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"-Modules: '{name}' is not a path of the file system: {why!.Message.TrimEnd('.')}.", null, "Correct the path, or give the module's name."));
                return null;
            }

            path = named;
        }

        _fingerprint.Append("module ").AppendLine(path);
        return path;
    }

    private PSModuleInfo? Loaded(string name) => caller.InvokeCommand
        .InvokeScript("param($LabName) Get-Module -Name $LabName", true, System.Management.Automation.Runspaces.PipelineResultTypes.None, null, name)
        .Select(found => found.BaseObject).OfType<PSModuleInfo>().FirstOrDefault();

    private IEnumerable<ScriptBlock> Function(string pattern)
    {
        var found = CallerFunctions.Like(caller, pattern);
        if (WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            // A pattern means the session's own functions: what modules it has changes with each import.
            found = [.. found.Where(function => function.Module is not { Name: not "" })];
        }

        if (found.Length == 0)
        {
            _findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"-Functions: the function '{pattern}' does not exist.", null, "Define it before the call."));
        }

        foreach (var function in found)
        {
            if (function.Module is { } module && module.Name != "")
            {
                _findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"The function '{function.Name}' of -Functions belongs to the module '{module.Name}', without which it may not work.", null, $"Use -Modules {module.Name}."));
                continue;
            }

            yield return Definition(function);
        }
    }

    // The definition as a script of its own that stands where it stood, so that errors name the line of the file.
    private ScriptBlock Definition(FunctionInfo function)
    {
        var ast = function.ScriptBlock.Ast;
        var text = ast is FunctionDefinitionAst { IsFilter: false } defined ? defined.Extent.Text : $"{(function.CommandType == CommandTypes.Filter ? "filter" : "function")} global:{function.Name} {{{function.Definition}}}";
        _fingerprint.Append(CultureInfo.InvariantCulture, $"function {ast.Extent.File}:{ast.Extent.StartLineNumber} ").AppendLine(text);
        return ScriptCopy.Unbound(Parser.ParseInput(PlacedText.At(ast.Extent.StartLineNumber, text), ast.Extent.File, out _, out _));
    }

    private List<KeyValuePair<string, object?>> Variables(object? wanted)
    {
        var values = new List<KeyValuePair<string, object?>>();
        if (wanted is null)
        {
            return values;
        }

        if (NamedValues.Of(wanted) is not { } entries)
        {
            _findings.Add(new LabFinding(LabRunnerError.InvalidValue, "-Variables are neither names nor names with values.", null, "Write -Variables name, name or -Variables @{ Name = value }."));
            return values;
        }

        var byName = (wanted is PSObject wrapped ? wrapped.BaseObject : wanted) is not (IDictionary or PSCustomObject);
        foreach (var (name, given) in entries)
        {
            var value = given;
            if (byName)
            {
                if (caller.SessionState.PSVariable.Get(name) is not { } variable)
                {
                    _findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"-Variables: the variable '{name}' does not exist.", null, "Set it before the call, or give the value: -Variables @{ Name = value }."));
                    continue;
                }

                value = variable.Value;
            }

            if (ArgumentGuard.Find(value) is { } bound)
            {
                _findings.Add(new LabFinding(bound.Id, $"The variable '{name}' of -Variables has {bound.What} in it{bound.Path}: {bound.Why}.", null, bound.Advice) { IsWarning = bound.IsWarning });
                if (!bound.IsWarning)
                {
                    continue;
                }
            }

            _fingerprint.Append("variable ").AppendLine(name.ToUpperInvariant());
            values.Add(new(name, value));
        }

        return values;
    }

    private (ScriptBlock? Script, Hashtable Values) Initialization(ScriptBlock? script)
    {
        if (script is null)
        {
            return (null, []);
        }

        var (copy, ast) = ScriptCopy.Of(script);
        _fingerprint.Append(CultureInfo.InvariantCulture, $"script {ast.Extent.File}:{ast.Extent.StartLineNumber} ").AppendLine(ast.Extent.Text);
        new CallerVariables(caller, _findings).LookAt(ast, "-InitializationScript");
        var values = new Hashtable();
        if (new UsingCollector(caller).Collect(ast, "-InitializationScript", _findings) is { } used)
        {
            // With other values it would be another script.
            _fingerprint.AppendLine(Guid.NewGuid().ToString());
            values[UsingCollector.ParameterName] = used;
        }

        return (copy, values);
    }
}
