using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Operations;
using LabRunner.Plans;
using LabRunner.Runs;
using LabRunner.Secrets;
using LabRunner.Streams;

namespace LabRunner.Cmdlets;

/// <summary>Runs operations in parallel, as their dependencies allow, and gives one result an operation.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ParallelLabRunner", SupportsShouldProcess = true, DefaultParameterSetName = ByScripts)]
[OutputType(typeof(LabOperationResult), typeof(LabRunJob), typeof(LabExecutionPlan), typeof(Hashtable))]
public sealed class InvokeParallelLabRunnerCommand : NewRunCommandBase
{
    private const string ByScripts = "Scripts";
    private const string ByOperations = "Operations";

    private readonly List<object?> _operations = [];

    /// <summary>The operations: dictionaries or objects with Name, ScriptBlock and the rest.</summary>
    [Parameter(ParameterSetName = ByOperations, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Operations { get; set; }

    /// <summary>Scripts: paths, names of commands, script blocks, or items with Name, Path and Config.</summary>
    [Parameter(ParameterSetName = ByScripts)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Scripts { get; set; }

    /// <summary>The configuration that scripts get; without scripts, what is to be deployed.</summary>
    [Parameter(ParameterSetName = ByScripts)]
    [Alias("ConfigPath")]
    [AllowNull]
    public object? Config { get; set; }

    /// <summary>Runs no script that another process is running.</summary>
    [Parameter(ParameterSetName = ByScripts)]
    public SwitchParameter SafeMode { get; set; }

    /// <summary>How many operations may run at the same time; 0 for one a processor.</summary>
    [Parameter]
    [Alias("MaxParallelism", "ThrottleLimit")]
    public int? MaxConcurrency { get; set; }

    /// <summary>A lower limit than MaxConcurrency, when one is needed for the moment.</summary>
    [Parameter]
    public int? Throttle { get; set; }

    /// <summary>How often a failed operation that has no policy of its own is tried again.</summary>
    [Parameter]
    [ValidateRange(0, 1000)]
    public int RetryCount { get; set; }

    /// <summary>The pause before that, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, 86400)]
    public double RetryDelaySeconds { get; set; }

    /// <summary>The order for the mode Custom: names or ids, the first one first, or a script block that gives each operation a key to sort by.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SessionOperationCompleter))]
    public object[] Order { get; set; } = [];

    /// <summary>Gives the results in declared order, and not as operations end.</summary>
    [Parameter]
    public SwitchParameter Ordered { get; set; }

    /// <summary>Keeps no output on the results.</summary>
    [Parameter]
    public SwitchParameter NoOutput { get; set; }

    /// <summary>How many records of an operation are kept on its result; the first and the last ones, when there are more.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepRecords { get; set; } = 10_000;

    /// <summary>The folder for the run's files; without it none are written.</summary>
    [Parameter]
    [Alias("JournalPath")]
    public string? RunDirectory { get; set; }

    /// <summary>The run's name, in the progress, the job and the record; a run with a name is recorded from its start.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    public string? RunName { get; set; }

    /// <summary>What the run is called while it goes on when it has no name.</summary>
    [Parameter(DontShow = true)]
    public string Title { get; set; } = "Invoke-ParallelLabRunner";

    /// <summary>Keeps what operations put out in the record of a run without a name, too.</summary>
    [Parameter]
    public SwitchParameter RecordOutput { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Operations is not null)
        {
            _operations.AddRange(Operations);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guarded(Run);

    private void Run()
    {
        if (ParameterSetName == ByScripts && !MyInvocation.BoundParameters.Keys.Any(name => name != nameof(Caller) && !CommonParameters.Contains(name) && !OptionalCommonParameters.Contains(name)))
        {
            throw LabRunnerError.NothingGiven("Invoke-ParallelLabRunner");
        }

        var scripts = ParameterSetName == ByScripts ? new LabScriptReader(Voice, Config, MyInvocation.BoundParameters.ContainsKey(nameof(Config)), SafeMode) : null;
        var reader = new OperationReader(Voice, Strict, ofScripts: scripts is not null, brought: new BroughtVariables(Voice, Variables, Functions, InitializationScript));
        var definitions = reader.Read(scripts?.Read(Scripts) ?? _operations);
        var foreseen = DryRun ? null : Foresee(definitions, reader.Constrained, MaxConcurrency);
        List<LabFinding> findings = [.. reader.Findings];
        var settings = Settings(findings);

        // Before the faults, which they may explain.
        LabWarnings.Write(Voice, findings);
        using var plan = LabRun.Compile(definitions, settings, findings);
        if (DryRun)
        {
            var planned = LabReportBuilder.Plan(plan, settings);
            LabWarnings.Write(Voice, planned.Findings);
            WriteObject(planned);
            return;
        }

        var caller = foreseen ?? Capture(reader.Constrained);
        var shown = caller.ShowsActions ? LabReportBuilder.Plan(plan, settings) : null;
        if (IsWhatIf)
        {
            LabWarnings.Write(Voice, shown?.Findings ?? []);
        }

        var described = shown is null ? settings.Name : PlanText.Of(shown);
        if (!Voice.ShouldProcess(described, $"Run {LabDisplay.Count(definitions.Count, "operation")}?", settings.Name))
        {
            return;
        }

        settings.Secrets = SecretReference.Prepare(Voice, definitions, settings.Monitoring);
        settings.Expected = Shows(ShowProgress) ? LabReportBuilder.ExpectedEnds(plan, settings) : null;
        settings.InBackground = Background;
        Tell(settings);
        HashSet<string> functions = Background ? CallerFunctions.Names(Voice) : [];
        var run = LabRun.Start(plan, settings, caller);
        if (Background)
        {
            var job = new LabRunJob(run, Voice.MyInvocation.Line?.Trim(), functions);
            JobRepository.Add(job);
            job.Start();
            WriteObject(job);
            return;
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var outcome = Finish(run, new PipelineOutput(scripts is null ? result => WriteObject(result) : static _ => { }, Voice, caller), View(ShowProgress, ProgressStyle, run));
        if (scripts is not null)
        {
            WriteObject(LabScriptSummary.Of([.. outcome.Results], scripts.Scripts, watch.Elapsed, ShowProgress));
        }

        ThrowIfAsked(outcome);
    }

    private RunSettings Settings(ICollection<LabFinding> findings)
    {
        CheckConcurrency(nameof(MaxConcurrency), MaxConcurrency);
        CheckConcurrency(nameof(Throttle), Throttle);
        var concurrency = MaxConcurrency is > 0 ? Defaults.Bounded(MaxConcurrency.Value) : Defaults.Concurrency;
        if (Throttle is > 0)
        {
            concurrency = MaxConcurrency is > 0 ? Math.Min(concurrency, Throttle.Value) : Defaults.Bounded(Throttle.Value);
        }

        if (NoRecord && (RecordOutput || RunDirectory is not null))
        {
            throw LabRunnerError.Contradiction($"-NoRecord leaves no record, and -{(RecordOutput ? nameof(RecordOutput) : nameof(RunDirectory))} asks for one.", "Leave one of them out.");
        }

        RefuseReportWithoutRecord();

        if (RetryDelaySeconds > 0 && RetryCount == 0)
        {
            throw LabRunnerError.Contradiction("-RetryDelaySeconds has no effect without -RetryCount.", "Add -RetryCount.");
        }

        // Existing callers of scripts expect all of them to be tried, each for half an hour at most.
        var ofScripts = ParameterSetName == ByScripts;
        var order = RunOrder.Of(OrchestrationMode, Order);
        var failure = FailureChoice.Of(FailureStrategy, GoesOnAfterFailure, ofScripts ? "continue" : Defaults.FailureStrategy);
        object? retry = RetryCount > 0 ? new Dictionary<string, object?> { ["count"] = RetryCount, ["delay_ms"] = (long)(RetryDelaySeconds * 1000) }
            : failure == "retry" ? Defaults.Retry
            : null;
        return new RunSettings
        {
            Name = RunName ?? Title,
            IsNamed = !string.IsNullOrWhiteSpace(RunName),
            EstimatesFrom = Voice.MyInvocation.BoundParameters.ContainsKey(nameof(RunName)) ? RunName : null,
            Journal = Defaults.RecordRuns && !NoRecord,
            Late = string.IsNullOrWhiteSpace(RunName) && Report.Length == 0,
            KeepsObjects = RecordOutput || Report.Length > 0 || !string.IsNullOrWhiteSpace(RunName),
            RetentionDays = Defaults.LogRetentionDays,
            Durability = Defaults.Durability,
            OutputLimit = Defaults.OutputLimit,
            Log = Defaults.Log,
            MaxConcurrency = order.Mode == "sequential" ? 1 : concurrency,
            Failure = failure,
            CancelRunning = CancelRunning,
            Retry = retry,
            Attempts = RetryCount > 0 ? RetryCount + 1 : failure == "retry" ? Defaults.MaxRetries + 1 : null,
            Limits = LimitsReader.Read(ResourceLimits, findings),
            Order = order.Mode,
            RequiresPrograms = !DryRun && !IsWhatIf,
            CustomOrder = order.Names,
            Ranking = order.Ranking,
            DefaultTimeout = ofScripts && !MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutMinutes)) ? TimeSpan.FromMinutes(30) : Limit(nameof(TimeoutMinutes), TimeoutMinutes, Defaults.DefaultTimeoutMinutes),
            ProgramTimeout = Given(nameof(TimeoutMinutes)) ? null : Defaults.ProgramTimeout,
            RunTimeout = Limit(nameof(RunTimeoutMinutes), RunTimeoutMinutes, Defaults.RunTimeoutMinutes),
            Directory = RunDirectory is null ? null
                : CallerPath.Of(Voice, RunDirectory, out var why) ?? throw LabRunnerError.Contradiction($"-RunDirectory: '{RunDirectory}' is not a folder of the file system: {why!.Message.TrimEnd('.')}.", "Correct the path, or leave it out."),
            Isolation = Isolation,
            RunAll = RunAll,
            Monitoring = HealthMonitoring ? RunSettings.WatchedByDefault : null,
            Call = Given(nameof(RunDirectory)) ? new LabCall(MyInvocation.BoundParameters).Written : null,
            Ordered = Ordered,
            Grouped = OutputMode == LabOutputMode.Grouped,
            NoOutput = NoOutput,
            KeepRecords = KeepRecords,
        };
    }
}
