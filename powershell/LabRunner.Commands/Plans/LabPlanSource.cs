using System.Management.Automation;
using System.Text.Json;
using LabRunner.Errors;
using LabRunner.Json;
using LabRunner.Labs;
using LabRunner.Operations;
using LabRunner.Runs;

namespace LabRunner.Plans;

/// <summary>Makes operations for a run of what the core has read from a lab file.</summary>
internal sealed class LabPlanSource
{
    private readonly List<LabFinding> _findings = [];
    private readonly PSCmdlet _caller;
    private readonly ScriptSource _scripts;
    private readonly ScriptSource _rollbacks;
    private readonly LabReading _reading;
    private readonly Dictionary<string, object?> _environment = SessionEnvironment.Changes();

    private LabPlanSource(PSCmdlet caller, LabReading reading)
    {
        _caller = caller;
        _reading = reading;
        _scripts = new ScriptSource(caller, _findings);
        _rollbacks = new ScriptSource(caller, _findings, onlyDeclared: true);
    }

    /// <summary>The lab's operations.</summary>
    internal List<OperationDefinition> Operations { get; } = [];

    /// <summary>The names of the operations below <c>validation</c>.</summary>
    internal HashSet<string> Validation { get; } = new(StringComparer.OrdinalIgnoreCase);

    // What the core found about operations whose provider or program is missing: it keeps them from being run, not from being planned.
    private LabConfigFinding[] _missing = [];

    /// <summary>Compiles a plan of the lab.</summary>
    /// <exception cref="LabRunnerException">A selection or an order that the lab cannot have.</exception>
    internal RunPlan Compile(RunSettings settings)
    {
        // A program starts where the caller stands, unless it has a folder of its own, and with the caller's $env:.
        var folder = _caller.SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        return LabRun.Compile(Operations, settings, [], () => _reading.Handle.Compile(PlanDocument.OfLab(settings, folder, _environment)));
    }

    /// <summary>Refuses a run of operations whose provider or program is missing.</summary>
    /// <exception cref="LabRunnerException">There are such operations; all of them are in it.</exception>
    internal void RefuseWhatIsMissing(IEnumerable<OperationDefinition> operations)
    {
        var wanted = Missing(operations);
        if (wanted.Length > 0)
        {
            throw ConfigError.Of(_reading.Path, wanted.Select(finding => finding.AsError()));
        }
    }

    /// <summary>Warns of planned operations whose provider or program is missing.</summary>
    internal void WarnOfWhatIsMissing(IEnumerable<OperationDefinition> operations)
    {
        foreach (var finding in Missing(operations))
        {
            _caller.WriteWarning(finding.Explained);
        }
    }

    private LabConfigFinding[] Missing(IEnumerable<OperationDefinition> operations)
    {
        var names = operations.Select(operation => operation.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. _missing.Where(finding => names.Contains(finding.Operation ?? ""))];
    }

    /// <summary>Whether a script may use less than the full language.</summary>
    internal bool Constrained => _scripts.Constrained || _rollbacks.Constrained;

    /// <summary>Reads all operations of the lab, and shows what is worth a word.</summary>
    /// <exception cref="LabRunnerException">The file has faults; all of them are in it.</exception>
    internal static LabPlanSource Read(PSCmdlet caller, LabReading reading, string? environment)
    {
        var (source, found) = Check(caller, reading, environment);
        foreach (var warning in found.Where(finding => !finding.IsError).Except(source._missing))
        {
            // Before the faults, which they may explain.
            caller.WriteWarning(warning.Explained);
        }

        return reading.Lab is not null && !found.Any(finding => finding.IsError) ? source : throw ConfigError.Of(reading.Path, found);
    }

    /// <summary>Reads all operations of the lab, sound or not, and gives everything that was found in it.</summary>
    internal static (LabPlanSource Source, IReadOnlyList<LabConfigFinding> Findings) Check(PSCmdlet caller, LabReading reading, string? environment)
    {
        var source = new LabPlanSource(caller, reading)
        {
            _missing = [.. reading.Warnings.Where(finding => finding.Id is "LabRunner.UnknownProvider" or LabRunnerError.ProgramNotFound)],
        };
        var scripts = new LabScriptCheck(reading.Path);
        var places = new OperationPlaces(reading.Path, environment);
        List<LabConfigFinding> found = [.. reading.Findings];
        foreach (var item in reading.Operations)
        {
            LabConfigFinding[] syntax = [.. scripts.Check(item)];
            found.AddRange(syntax);
            if (syntax.Any(finding => finding.IsError))
            {
                continue;
            }

            var known = source._findings.Count;
            source.Add(item);
            found.AddRange(source._findings.Skip(known).Select(finding => places.Placed(finding, item.GetProperty("operation"))));
        }

        return (source, found);
    }

    private void Add(JsonElement item)
    {
        var declared = item.GetProperty("operation");
        var name = declared.GetProperty("name").GetString() ?? "";
        if (item.TryGetProperty("stage", out var stage) && stage.GetString() == "validation")
        {
            Validation.Add(name);
        }

        Operations.Add(new OperationDefinition
        {
            Name = name,
            Id = JsonMembers.Text(declared, "id"),
            Type = JsonMembers.Text(declared, "type"),
            IsValidation = Validation.Contains(name),
            Dependencies = declared.TryGetProperty("dependencies", out var names) ? [.. names.EnumerateArray().Select(other => other.GetString() ?? "")] : [],
            Isolation = Isolations.Read(JsonMembers.Text(item, "isolation")),
            Work = Work(item, "script", name, _scripts) ?? new StopWork { Service = name },
            Compensation = JsonMembers.Member(declared, "compensation") is null
                ? null
                : Work(item, "rollback_script", $"{name} (rollback)", _rollbacks) ?? new ProcessWork { Spec = new Dictionary<string, object?>() },
            Test = Work(item, "test_script", $"{name} (test)", _rollbacks) as ScriptWork,
            Declared = declared,
            Inherited = IsProgram(declared) ? _environment : null,
        });
    }

    private static bool IsProgram(JsonElement declared) =>
        new[] { "work", "compensation" }.Any(key => JsonMembers.Member(declared, key) is { } work && JsonMembers.Text(work, "kind") == "process");

    // Non-script work stays in the core, which reads it from the document; no worker sees it.
    private OperationWork? Work(JsonElement item, string key, string name, ScriptSource scripts)
    {
        if (JsonMembers.Member(item, key) is not { } script)
        {
            return null;
        }

        object? parameters = JsonMembers.Member(item, "parameters") is { } values ? ConfigValues.Mapping(values) : null;
        if (JsonMembers.Text(script, "path") is { } path)
        {
            return scripts.FromPath(path, parameters, null, name);
        }

        // The text may be in a file that the lab includes.
        var at = script.GetProperty("at");
        var line = (int)(JsonMembers.Number(at, "line") ?? 1);
        return scripts.FromText(JsonMembers.Text(script, "text") ?? "", JsonMembers.Text(at, "file") ?? _reading.Path, line, parameters, name);
    }
}
