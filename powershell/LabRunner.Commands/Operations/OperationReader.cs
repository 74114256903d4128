using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Operations;

/// <summary>Reads operations from what a user passes: dictionaries and objects, with keys in any case and order.</summary>
/// <remarks>All faults are collected; nothing stops at the first.</remarks>
internal sealed class OperationReader
{
    // What operations may say that decides nothing here. Those of the original named a provider beside their script.
    private static readonly string[] ForPeople = ["Description", "Metadata", "Tags"];

    private readonly List<LabFinding> _findings = [];
    private readonly KeyCheck _keys;
    private readonly ScriptSource _scripts;
    private readonly ProcessSource _programs;
    private readonly FileSource _files;
    private readonly SchedulingSource _scheduling;
    private readonly RollbackSource _rollbacks;
    private readonly UpToDateSource _upToDate;
    private readonly HealthSource _health;

    /// <summary>Prepares a reading.</summary>
    /// <param name="caller">Whose operations they are.</param>
    /// <param name="strict">Whether every unknown key is a fault.</param>
    /// <param name="ofScripts">Whether they are scripts of existing callers, which learn from the result that one is missing.</param>
    /// <param name="brought">The variables that the run brings into its operations.</param>
    internal OperationReader(PSCmdlet caller, bool strict = false, bool ofScripts = false, BroughtVariables? brought = null)
    {
        var callers = new CallerVariables(caller, _findings, brought);
        _keys = new KeyCheck(_findings, strict);
        _scripts = new ScriptSource(caller, _findings, warnsOfMissing: !ofScripts, needsMandatory: !ofScripts, callers: callers);
        _programs = new ProcessSource(caller, _findings, _keys);
        _files = new FileSource(caller, _findings);
        _scheduling = new SchedulingSource(_findings, _keys);
        _rollbacks = new RollbackSource(caller, _findings, _keys, callers);
        _upToDate = new UpToDateSource(caller, _findings, callers);
        _health = new HealthSource(caller, _findings, _keys);
    }

    /// <summary>What was found in the operations: faults and warnings.</summary>
    internal IReadOnlyList<LabFinding> Findings => _findings;

    /// <summary>Whether an operation's script may use less than the full language.</summary>
    internal bool Constrained => _scripts.Constrained || _rollbacks.Constrained || _upToDate.Constrained;

    /// <summary>Reads all of them.</summary>
    internal List<OperationDefinition> Read(IEnumerable<object?> operations)
    {
        var definitions = new List<OperationDefinition>();
        var place = 0;
        foreach (var item in operations)
        {
            place++;
            if (FieldMap.Of(item) is { } fields)
            {
                definitions.Add(ReadOne(fields, place));
            }
            else
            {
                var what = item is null ? "null" : $"a {(item is PSObject wrapped ? wrapped.BaseObject : item).GetType().Name}";
                _findings.Add(new LabFinding(
                    LabRunnerError.InvalidOperation,
                    $"Operation {place} is {what}, not an operation.",
                    null,
                    "Write @{ Name = '…'; ScriptBlock = { … } }."));
            }
        }

        return definitions;
    }

    private OperationDefinition ReadOne(FieldMap fields, int place)
    {
        var name = Text(fields.Take("Name"));
        if (string.IsNullOrWhiteSpace(name))
        {
            name = $"operation {place}";
            _findings.Add(new LabFinding(LabRunnerError.MissingName, $"Operation {place} has no name.", null, "Give it one: Name = '…'."));
        }

        var work = Work(fields, name);
        var scheduling = _scheduling.Read(fields, name);
        var (upToDate, test) = _upToDate.Read(fields, name);
        if (upToDate is not null)
        {
            scheduling["up_to_date"] = upToDate;
        }

        if (_health.Read(fields, name) is { Count: > 0 } checks)
        {
            scheduling["health"] = checks;
        }

        var definition = new OperationDefinition
        {
            Name = name,
            Id = Text(fields.Take("Id")),
            Type = Text(fields.Take("Type")),
            Priority = Priority(fields.Take("Priority"), name),
            Dependencies = Names(fields.Take("Dependencies", "DependsOn")),
            Timeout = Limit(fields.Take("Timeout", "TimeoutMinutes"), name),
            Work = work,
            Isolation = Isolation(fields.Take("Isolation"), name),
            Scheduling = scheduling,
            Test = test,
            Compensation = _rollbacks.Read(fields, name, work),
        };
        foreach (var forPeople in ForPeople)
        {
            fields.Take(forPeople);
        }

        _keys.Report(fields, name, work.Kind, strict: work is FileWork);
        return definition;
    }

    private OperationWork Work(FieldMap fields, string name)
    {
        var block = fields.Take("ScriptBlock");
        var script = fields.Take("Script");
        var path = fields.Take("Path", "ScriptPath", "FilePath");
        var command = fields.Take("Command");
        var service = Text(fields.Take("Service"));
        var parameters = fields.Take("Parameters");
        var config = fields.Take("Config");
        var provider = Text(fields.Take("Provider"))?.Trim();
        var given = new[] { block, script, path, command }.Count(value => value is not null);
        if (given > 1)
        {
            _findings.Add(new LabFinding(
                LabRunnerError.AmbiguousWork,
                $"Operation '{name}' has more than one of ScriptBlock, Script, Path and Command.",
                name,
                "Keep the one to run."));
        }

        var isCheck = string.Equals(provider, "http-check", StringComparison.OrdinalIgnoreCase);
        var isDownload = string.Equals(provider, "download", StringComparison.OrdinalIgnoreCase);
        if (given == 0 && (isDownload || (!isCheck && (fields.Has("Url") || fields.Has("Urls")))) && fields.Take("Url", "Urls") is var url && (isDownload || url is not null))
        {
            return _files.Download(fields, url, name);
        }

        var isArchive = string.Equals(provider, "archive", StringComparison.OrdinalIgnoreCase);
        if (isArchive && given == 0)
        {
            return _files.Archive(fields, name);
        }

        if (given == 0 && isCheck)
        {
            return _health.Wait(fields, name);
        }

        if (isDownload || isArchive)
        {
            _findings.Add(new LabFinding(
                LabRunnerError.AmbiguousWork,
                $"Operation '{name}' is {(isDownload ? "a download" : "an archive operation")} and has something else to run as well.",
                name,
                "Keep one of the two, or make two operations of it."));
        }

        if (_scripts.From(block ?? script, parameters, config, name, mayBeFile: block is null) is { } work)
        {
            return work;
        }

        if (Text(path) is { } place && !string.IsNullOrWhiteSpace(place))
        {
            return _scripts.FromPath(place, parameters, config, name);
        }

        if (Text(command) is { } program && !string.IsNullOrWhiteSpace(program))
        {
            return _programs.Read(fields, program, name);
        }

        if (service is not null && string.Equals(Text(fields.Take("Mode")), "stop", StringComparison.OrdinalIgnoreCase))
        {
            return new StopWork { Service = service };
        }

        _findings.Add(new LabFinding(
            LabRunnerError.MissingWork,
            $"Operation '{name}' has nothing to run{(fields.Has("ScriptBlock") ? ": its ScriptBlock is null" : "")}.",
            name,
            "Give it a ScriptBlock, a Script, a Path, a Command or a Url, or Provider = 'archive' with a Source and a Target."));
        return new ScriptWork { Command = name, Named = [] };
    }

    private int? Priority(object? value, string name)
    {
        if (value is null)
        {
            return null;
        }

        if (LanguagePrimitives.TryConvertTo(value, out int priority))
        {
            return priority;
        }

        _findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"The Priority '{value}' of operation '{name}' is not a number.", name, "Write 1 (first) to 10 (last)."));
        return null;
    }

    private LabIsolation? Isolation(object? value, string name)
    {
        if (value is null or LabIsolation)
        {
            return (LabIsolation?)value;
        }

        if (Isolations.Read(Text(value)) is { } isolation)
        {
            return isolation;
        }

        _findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"'{value}' is not a valid Isolation for operation '{name}'.", name, "Write Shared, Runspace or Process."));
        return null;
    }

    private TimeSpan? Limit(object? value, string name)
    {
        if (value is null)
        {
            return null;
        }

        if (Durations.Read(value) is { } limit)
        {
            return limit;
        }

        _findings.Add(new LabFinding(
            LabRunnerError.InvalidValue,
            $"The Timeout '{value}' of operation '{name}' is not a positive duration.",
            name,
            "Write minutes, a TimeSpan, or a text such as '30s' or '2h'."));
        return null;
    }

    /// <summary>One name or several.</summary>
    internal static List<string> Names(object? value)
    {
        if (value is null)
        {
            return [];
        }

        IEnumerable items = value is not string && LanguagePrimitives.GetEnumerable(value) is { } list ? list : new[] { value };
        return [.. items.Cast<object?>().Select(Text).OfType<string>().Where(name => name.Length > 0)];
    }

    private static string? Text(object? value) => value is null ? null : LanguagePrimitives.ConvertTo<string>(value);
}
