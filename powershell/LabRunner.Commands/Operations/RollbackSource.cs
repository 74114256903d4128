using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Operations;

/// <summary>Reads what undoes an operation: a script that gets the operation's own parameters, or a program.</summary>
internal sealed class RollbackSource
{
    private readonly List<LabFinding> _own = [];
    private readonly List<LabFinding> _findings;
    private readonly ScriptSource _scripts;
    private readonly ProcessSource _programs;
    private readonly KeyCheck _keys;

    internal RollbackSource(PSCmdlet caller, List<LabFinding> findings, KeyCheck keys, CallerVariables callers)
    {
        _findings = findings;
        _keys = keys;
        _scripts = new ScriptSource(caller, _own, onlyDeclared: true, callers: callers);
        _programs = new ProcessSource(caller, _own, keys);
    }

    /// <summary>Whether a script may use less than the full language.</summary>
    internal bool Constrained => _scripts.Constrained;

    /// <summary>The work that undoes; nothing when the operation names none.</summary>
    internal OperationWork? Read(FieldMap fields, string operation, OperationWork done)
    {
        if (fields.Take("Rollback") is not { } rollback)
        {
            return null;
        }

        var work = Work(rollback, fields.Take("Parameters"), fields.Take("Config"), $"{operation} (rollback)");

        // What is wrong with the parameters themselves was said of the operation's own script.
        _findings.AddRange(_own.Where(finding => !ArgumentGuard.IsAbout(finding) || done is not ScriptWork));
        _own.Clear();
        return work;
    }

    private OperationWork? Work(object rollback, object? parameters, object? config, string name)
    {
        if (_scripts.From(rollback, parameters, config, name) is { } script)
        {
            return script;
        }

        if (FieldMap.Of(rollback) is { } program && program.Take("Command") is string command && !string.IsNullOrWhiteSpace(command))
        {
            var work = _programs.Read(program, command, name);
            _keys.Report(program, name, "Rollback", "program");
            return work;
        }

        Refuse($"The Rollback of '{name}' is '{rollback}', which cannot be run.", name, "Write a script block, the path of a script, or @{ Command = '…'; Arguments = … }.");
        return null;
    }

    private void Refuse(string message, string operation, string advice) =>
        _own.Add(new LabFinding(LabRunnerError.InvalidValue, message, operation, advice));
}
