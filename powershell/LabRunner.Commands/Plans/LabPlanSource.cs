using System.Management.Automation;
using System.Text.Json;
using LabRunner.Errors;
using LabRunner.Interop;
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
        _scripts = new ScriptSource(caller, _findings, recorded: reading.Recorded);
        _rollbacks = new ScriptSource(caller, _findings, onlyDeclared: true, recorded: reading.Recorded);
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
        // Those of operations that are not run too: they are read with the lab.
        var scripts = Operations.SelectMany(operation => new[] { operation.Work, operation.Compensation, operation.Test }).Select(work => (work as ScriptWork)?.File);
        settings.Scripts = [.. scripts.OfType<string>().Distinct(StringComparer.Ordinal)];
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
        var scripts = new LabScriptCheck(reading.Path, reading.Recorded);
        var places = new OperationPlaces(reading, environment);
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
            found.AddRange(source._findings.Skip(known).Select(finding => places.Placed(finding, item.Operation)));
        }

        return (source, found);
    }

    private void Add(LabOperationModel item)
    {
        var declared = item.Operation;
        if (item.Stage == "validation")
        {
            Validation.Add(declared.Name);
        }

        Operations.Add(new OperationDefinition
        {
            Name = declared.Name,
            Id = declared.Id,
            Type = declared.Type,
            IsValidation = Validation.Contains(declared.Name),
            Dependencies = declared.Dependencies,
            Isolation = Isolations.Read(item.Isolation),
            Work = Work(item.Script, item.Parameters, declared.Name, _scripts) ?? new DeclaredWork(declared.Work),
            Compensation = declared.Compensation is { } undoing
                ? Work(item.RollbackScript, item.Parameters, $"{declared.Name} (rollback)", _rollbacks) ?? new DeclaredWork(undoing)
                : null,
            Attempts = declared.Retry?.Count + 1,
            Test = Work(item.TestScript, item.Parameters, $"{declared.Name} (test)", _rollbacks) as ScriptWork,
            IsChecked = declared.UpToDate is { ValueKind: JsonValueKind.Object },
            Health = declared.Health is { ValueKind: JsonValueKind.Array } health ? health : null,
            Inherited = _environment,
        });
    }

    // Work that is not a script stays in the core; no worker sees it.
    private OperationWork? Work(LabScriptModel? script, JsonElement? values, string name, ScriptSource scripts)
    {
        if (script is null)
        {
            return null;
        }

        object? parameters = values is { ValueKind: JsonValueKind.Object } given ? ConfigValues.Mapping(given) : null;
        // The text may be in a file that the lab includes.
        return script.Path is { } path
            ? scripts.FromPath(path, parameters, null, name)
            : scripts.FromText(script.Text ?? "", script.At?.File ?? _reading.Path, script.At?.Line ?? 1, parameters, name);
    }
}
