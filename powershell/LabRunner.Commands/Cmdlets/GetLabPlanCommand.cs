using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Labs;
using LabRunner.Operations;
using LabRunner.Plans;
using LabRunner.Runs;
using LabRunner.Settings;

namespace LabRunner.Cmdlets;

/// <summary>How a plan is returned.</summary>
public enum LabPlanFormat
{
    /// <summary>An object, which is shown as a table.</summary>
    Object,

    /// <summary>The table as text.</summary>
    Table,

    /// <summary>A Mermaid flowchart as text.</summary>
    Mermaid,

    /// <summary>JSON as text.</summary>
    Json,
}

/// <summary>Plans a lab, or operations, without running anything.</summary>
[Cmdlet(VerbsCommon.Get, "LabPlan", DefaultParameterSetName = ByPath)]
[OutputType(typeof(LabExecutionPlan), typeof(string))]
public sealed class GetLabPlanCommand : QueryCommand, IDynamicParameters
{
    private const string ByPath = "Path";
    private const string ByName = "LabName";
    private const string ByOperations = "Operations";

    private readonly List<string> _paths = [];
    private readonly List<object?> _operations = [];
    private readonly SelectionParameters _meant = new();

    /// <summary>The lab files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath)]
    [Alias("ConfigurationPath", "ConfigPath", "FullName")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The lab's name, whose file is looked for.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByName)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string LabName { get; set; } = "";

    /// <summary>Operations as Invoke-ParallelLabRunner takes them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByOperations)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Operations { get; set; }

    /// <summary>The environment whose changes are merged over the lab.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabEnvironmentCompleter))]
    public string? Environment { get; set; }

    /// <summary>How many operations may run at the same time; 0 for the lab's own setting, or the module's.</summary>
    [Parameter]
    [Alias("MaxParallelism")]
    public int? MaxConcurrency { get; set; }

    /// <summary>How much there is of what operations need; each over the lab's own setting.</summary>
    [Parameter]
    public Hashtable? ResourceLimits { get; set; }

    /// <summary>How ready operations are ranked; the lab's own setting, or Intelligent, when absent.</summary>
    [Parameter]
    [ValidateSet("Sequential", "Parallel", "Intelligent")]
    public string? OrchestrationMode { get; set; }

    /// <summary>Takes every unknown key for a fault.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>How the plan is returned.</summary>
    [Parameter]
    public LabPlanFormat As { get; set; }

    /// <inheritdoc/>
    public object GetDynamicParameters() => _meant;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _paths.AddRange(Path);
        _operations.AddRange(Operations ?? []);
    }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        if (MaxConcurrency is < 0 or > ModuleSettings.MostAtOnce)
        {
            throw LabRunnerError.OutOfRange(nameof(MaxConcurrency), MaxConcurrency.Value, 0, ModuleSettings.MostAtOnce);
        }

        if (ParameterSetName == ByOperations)
        {
            Write(OfOperations());
            return;
        }

        foreach (var path in ParameterSetName == ByName ? [Found()] : _paths.SelectMany(path => LabPaths.Expanded(Voice, path)))
        {
            Write(OfFile(path));
        }
    }

    private LabExecutionPlan OfFile(string path)
    {
        using var reading = LabFile.ReadLab(path, Environment, ResourceLimits, Strict);
        var source = LabPlanSource.Read(Voice, reading, Environment);
        var settings = new LabRunSettings { Mode = OrchestrationMode, MaxConcurrency = MaxConcurrency, Selection = _meant.Selection }
            .Of(reading.Lab!, path, SettingSources.Look(Voice));
        using var plan = source.Compile(settings);
        source.WarnOfWhatIsMissing(plan.Operations);
        return LabReportBuilder.Plan(plan, settings, string.IsNullOrWhiteSpace(Environment) ? reading.Lab!.Environment : Environment);
    }

    private LabExecutionPlan OfOperations()
    {
        if (!string.IsNullOrEmpty(Environment))
        {
            throw LabRunnerError.Contradiction("-Environment changes a lab file, and the operations are objects.", "Leave it out, or pass the path of a lab file.");
        }

        var reader = new OperationReader(Voice, Strict);
        var definitions = reader.Read(_operations);
        LabWarnings.Write(Voice, reader.Findings);
        List<LabFinding> findings = [.. reader.Findings];
        var order = RunOrder.Of(OrchestrationMode, []);
        var settings = new RunSettings
        {
            Name = "operations",
            MaxConcurrency = order.Mode == "sequential" ? 1 : SettingSources.Look(Voice) is var defaults && MaxConcurrency is > 0 and { } wanted ? defaults.Bounded(wanted) : defaults.Concurrency,
            Limits = LimitsReader.Read(ResourceLimits, findings),
            Order = order.Mode,
            RequiresPrograms = false,
            Selection = _meant.Selection,
        };
        using var plan = LabRun.Compile(definitions, settings, findings);
        var described = LabReportBuilder.Plan(plan, settings);
        LabWarnings.Write(Voice, described.Findings);
        return described;
    }

    private string Found()
    {
        var search = LabFileSearch.Find(Voice.SessionState.Path.CurrentFileSystemLocation.ProviderPath, LabName);
        return search.Path ?? throw new LabRunnerException(
            ConfigError.FileUnreadable,
            ErrorCategory.ObjectNotFound,
            search.Why(LabName),
            "Give its path with -Path.",
            LabName);
    }

    private void Write(LabExecutionPlan plan) => WriteObject(As switch
    {
        LabPlanFormat.Table => PlanTable.Of(plan),
        LabPlanFormat.Mermaid => PlanExport.Mermaid(plan),
        LabPlanFormat.Json => PlanExport.Json(plan),
        _ => plan,
    });
}
