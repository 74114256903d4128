using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Labs;
using LabRunner.Operations;
using LabRunner.Plans;
using LabRunner.Restarts;
using LabRunner.Runs;
using LabRunner.Secrets;
using LabRunner.Streams;

namespace LabRunner.Cmdlets;

/// <summary>Runs a lab file: its operations as one graph, with its settings, and reports what became of it.</summary>
[Cmdlet(VerbsLifecycle.Start, "AdvancedLabOrchestration", SupportsShouldProcess = true)]
[OutputType(typeof(LabOrchestrationReport), typeof(LabRunJob))]
public sealed class StartAdvancedLabOrchestrationCommand : NewRunCommandBase, IDynamicParameters
{
    private readonly SelectionParameters _meant = new();

    /// <summary>The lab file, YAML or JSON.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ConfigPath", "Path", "FullName")]
    public string ConfigurationPath { get; set; } = "";

    /// <summary>The order for the mode Custom: names or ids, the first one first, or a script block that gives each operation a key to sort by; the lab's own when absent.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(LabOperationCompleter))]
    public object[] Order { get; set; } = [];

    /// <summary>How many operations may run at the same time; 0 for the lab's own setting, or one a processor.</summary>
    [Parameter]
    [Alias("MaxParallelism")]
    public int? MaxConcurrency { get; set; }

    /// <summary>Says how well the run went, and what would have made it shorter.</summary>
    [Parameter]
    public SwitchParameter PerformanceAnalytics { get; set; }

    /// <summary>Modules that bring providers of their own.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] CustomProviders { get; set; } = [];

    /// <summary>The environment whose changes are merged over the lab.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabEnvironmentCompleter))]
    public string? Environment { get; set; }

    /// <summary>Waits while another run of the same lab is under way.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Starts the lab beside another run of it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    public object GetDynamicParameters() => _meant;

    /// <inheritdoc/>
    protected override void EndProcessing() => Guarded(Run);

    private void Run()
    {
        RefuseWhatIsMissing();
        CheckConcurrency(nameof(MaxConcurrency), MaxConcurrency);
        var started = new Watch();
        if (Read(started) is not var (reading, source))
        {
            return;
        }

        using var opened = reading;
        var lab = reading.Lab!;
        var settings = Settings(lab, reading.Path);
        using var plan = source.Compile(settings);
        var operations = plan.Operations;
        var foreseen = DryRun ? null : Foresee(operations, source.Constrained, MaxConcurrency);
        var described = LabReportBuilder.Plan(plan, settings, string.IsNullOrWhiteSpace(Environment) ? lab.Environment : Environment);
        if (DryRun)
        {
            source.WarnOfWhatIsMissing(operations);
            WriteObject(new LabOrchestrationReport
            {
                Summary = LabReportBuilder.Summary(settings, reading.Path, started, null),
                ExecutionPlan = described,
                Metrics = new LabOrchestrationMetrics { TotalOperations = operations.Count },
            });
            return;
        }

        if (!Voice.ShouldProcess(PlanText.Of(described), $"Run {LabDisplay.Count(operations.Count, "operation")} of '{settings.Name}'?", "Start-AdvancedLabOrchestration"))
        {
            source.WarnOfWhatIsMissing(operations);
            return;
        }

        try
        {
            source.RefuseWhatIsMissing(operations);
        }
        catch (LabRunnerException fault) when (fault.IsOfFile)
        {
            Refuse(fault, reading.Path, reading, started);
            return;
        }

        if (settings.ResumesAfterRestart)
        {
            ResumeRegistration.Ensure(Voice);
        }

        var caller = foreseen ?? Capture(source.Constrained);
        settings.Secrets = SecretReference.Prepare(Voice, operations, settings.Monitoring);
        settings.Expected = Shows(ShowProgress) ? LabReportBuilder.ExpectedEnds(plan, settings) : null;
        settings.InBackground = Background;
        Tell(settings);
        settings.Analyses = PerformanceAnalytics;
        HashSet<string> functions = Background ? CallerFunctions.Names(Voice) : [];
        InterruptedRun.Mention(Voice, settings.Name, reading.Path);
        settings.Beside = Force ? null : Wait || (lab.Settings.Single ?? false) ? "refuse" : "warn";
        var run = Wait ? StartWhen(LabRunnerError.LabUnderWay, () => LabRun.Start(plan, settings, caller)) : LabRun.Start(plan, settings, caller);
        if (Background)
        {
            var job = new LabRunJob(run, Voice.MyInvocation.Line?.Trim(), functions, ended => Report(plan.Merged(ended)));
            JobRepository.Add(job);
            job.Start();
            WriteObject(job);
            return;
        }

        var output = new PipelineOutput(_ => { }, Voice, caller);
        var outcome = plan.Merged(Finish(run, output, View(ShowProgress, ProgressStyle, run)));
        WriteObject(Report(outcome));
        ThrowIfAsked(outcome);

        LabOrchestrationReport Report(RunOutcome outcome) => LabReportBuilder.Report(settings, reading.Path, started, described, source.Validation, outcome);
    }

    // A lab that cannot be run is an error, and a report that says so: existing callers look at its Summary.Success.
    private (LabReading Reading, LabPlanSource Source)? Read(Watch started)
    {
        string? path = null;
        LabReading? reading = null;
        try
        {
            path = LabFile.FullPath(Voice, ConfigurationPath);
            reading = LabFile.ReadLab(path, Environment, ResourceLimits, Strict);
            return (reading, LabPlanSource.Read(Voice, reading, Environment));
        }
        catch (LabRunnerException fault) when (fault.IsOfFile)
        {
            Refuse(fault, path ?? ConfigurationPath, reading, started);
            return null;
        }
    }

    private void Refuse(LabRunnerException fault, string path, LabReading? reading, Watch started)
    {
        CommandGuard.Write(Voice, fault.ErrorRecord);
        if (Background)
        {
            return;
        }

        WriteObject(new LabOrchestrationReport
        {
            Summary = new LabOrchestrationSummary
            {
                Status = LabOrchestrationSummary.Invalid,
                Name = reading?.Name ?? Path.GetFileNameWithoutExtension(path),
                Configuration = path,
                Mode = OrchestrationMode ?? "Intelligent",
                StartTime = started.Start,
                EndTime = started.Now,
                DryRun = DryRun,
            },
            Error = fault.Message,
        });
    }

    private void RefuseWhatIsMissing()
    {
        if (Wait && Force)
        {
            throw LabRunnerError.Contradiction("-Wait waits for another run of the lab, and -Force starts beside it.", "Give one of them.");
        }

        RefuseReportWithoutRecord();
        if (CustomProviders.Length > 0)
        {
            throw LabRunnerError.NotAvailable("-CustomProviders", "Available are the providers powershell and process.");
        }
    }

    private RunSettings Settings(LabModel lab, string path) => new LabRunSettings
    {
        Mode = OrchestrationMode,
        Order = Order,
        MaxConcurrency = MaxConcurrency,
        Selection = _meant.Selection,
        FailureStrategy = FailureStrategy,
        ContinueOnError = GoesOnAfterFailure,
        CancelRunning = Given(nameof(CancelRunning)) ? CancelRunning : null,
        RunTimeoutMinutes = RunTimeoutMinutes,
        TimeoutMinutes = Given(nameof(TimeoutMinutes)) ? TimeoutMinutes : null,
        Isolation = Given(nameof(Isolation)) ? Isolation : null,
        Grouped = OutputMode == LabOutputMode.Grouped,
        NoRecord = NoRecord,
        RunAll = RunAll,
        HealthMonitoring = HealthMonitoring,
        Call = new LabCall(MyInvocation.BoundParameters, Voice.SessionState.Path.CurrentFileSystemLocation.ProviderPath).Written,
    }.Of(lab, path, Defaults);
}
