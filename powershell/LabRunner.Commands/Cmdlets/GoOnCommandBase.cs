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

/// <summary>What the commands have in common that go on from an earlier run: finding it, showing what will be done, and doing it.</summary>
public abstract class GoOnCommandBase : RunCommandBase
{
    // Lines that are shown before it goes on, at most.
    private const int MostLines = 20;

    /// <summary>The beginning of the run's id; the last run that fits when neither that nor a name or folder is given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("RunId", "Run")]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>The run's name: its newest run.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The run's folder.</summary>
    [Parameter]
    [Alias("RunDirectory")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The operations, as the run was given them; needed for a run that did not come from a lab file.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Operations { get; set; }

    /// <summary>Takes the lab as it was when the run started, and not as its files are now.</summary>
    [Parameter]
    public SwitchParameter AsRecorded { get; set; }

    /// <summary>How many operations may run at the same time; as the run had it when absent or 0.</summary>
    [Parameter]
    [Alias("MaxParallelism")]
    public int? MaxConcurrency { get; set; }

    /// <summary>Goes on in spite of what speaks against it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What is done with programs of the run that are still alive: nothing is started beside them.</summary>
    [Parameter]
    [ValidateSet("Fail", "Wait", "Stop")]
    public string OnSurvivor { get; set; } = "Fail";

    /// <summary>Returns a job at once.</summary>
    [Parameter]
    [Alias("Background")]
    public SwitchParameter AsJob { get; set; }

    /// <summary>How many restarts of the machine operations may ask for; what the run had when absent.</summary>
    private protected virtual int? Restarts => null;

    /// <summary>Whether the run is undone; otherwise it is resumed.</summary>
    private protected abstract bool Undoes { get; }

    /// <summary>The command's name.</summary>
    private string Command => Undoes ? "Undo-LabRun" : "Resume-LabRun";

    /// <summary>How it goes on: the core's own document, without the folder.</summary>
    private protected virtual Dictionary<string, object?> HowToGoOn() => new() { ["undo"] = Undoes, ["force"] = Force.IsPresent };

    /// <inheritdoc/>
    protected override void EndProcessing() => Guarded(() =>
    {
        CheckConcurrency(nameof(MaxConcurrency), MaxConcurrency);
        if (AsRecorded && Operations is not null)
        {
            throw LabRunnerError.Contradiction("-AsRecorded takes the operations from the record of the run, and -Operations gives them.", "Leave one of them out.");
        }

        Run();
    });

    /// <summary>Goes on from the run that is meant.</summary>
    private protected virtual void Run()
    {
        if (new[] { Id, Name, Path }.Count(given => given is not null) > 1)
        {
            throw LabRunnerError.Contradiction("-Id, -Name and -Path each say which run is meant.", "Give one of them.");
        }

        GoOn(Find(Id, Name, Path is null ? null
            : CallerPath.Of(Voice, Path, out var why) ?? throw LabRunnerError.Contradiction($"-Path: '{Path}' is not a folder of the file system: {why!.Message.TrimEnd('.')}.", "Correct the path.")));
    }

    /// <summary>Lets a run that is under way and suspended go on where it is. False when it is not.</summary>
    private protected virtual bool GoesOnInPlace(LabEarlierRun run) => false;

    /// <summary>Goes on from a run.</summary>
    private protected void GoOn(FoundRun found, bool withOperations = true)
    {
        var started = new Watch();
        var earlier = new LabEarlierRun(found);
        if (GoesOnInPlace(earlier))
        {
            return;
        }

        var recorded = AsRecorded ? RecordedLab.Of(earlier.Directory) : null;
        var work = (Operations is null || !withOperations) && earlier.Source is { } file ? OfFile(earlier, file, recorded) : OfObjects(earlier);
        var how = HowToGoOn();
        how["directory"] = earlier.Directory;
        work.Settings.Resume = how;
        work.Settings.MaxRestarts = Restarts ?? work.Settings.MaxRestarts;
        using var plan = work.Plan;
        work.File?.RefuseWhatIsMissing(plan.Operations);
        var preview = Ask(() => plan.Handle.PreviewResume(PlanDocument.RunOptions(work.Settings, work.Settings.MaxConcurrency, OperationDefinition.Nodes(plan.Operations))));
        var steps = LabResumeStep.All(preview);
        if (!Voice.ShouldProcess($"{(Undoes ? "Undo" : "Resume")} {earlier}: {LabResumeText.Counts(steps)}.", $"{(Undoes ? "Undo" : "Resume")} {earlier}?", Command))
        {
            WriteObject(steps, enumerateCollection: true);
            return;
        }

        if (preview.Damage is { } damage)
        {
            Voice.WriteWarning($"The record of {earlier} is not complete: {damage}. What follows is ignored, and may be run again.");
        }

        work.Settings.InBackground = AsJob;
        Tell(work.Settings);
        work.Settings.Secrets = SecretReference.Prepare(Voice, plan.Operations, work.Settings.Monitoring);
        if (work.Settings.ResumesAfterRestart && !Undoes)
        {
            ResumeRegistration.Ensure(Voice);
        }

        var caller = Capture(work.Constrained);
        var described = LabReportBuilder.Plan(plan, work.Settings, work.Environment);
        HashSet<string> functions = AsJob ? CallerFunctions.Names(Voice) : [];
        var run = OnSurvivor == "Fail"
            ? LabRun.Start(plan, work.Settings, caller)
            : StartWhen(LabRunnerError.Survivors, () => LabRun.Start(plan, work.Settings, caller), OnSurvivor == "Stop" ? EndSurvivors : null);
        foreach (var line in LabResumeText.Lines(Undoes, earlier, steps, MostLines))
        {
            Voice.WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
        }

        if (AsJob)
        {
            var job = new LabRunJob(run, Voice.MyInvocation.Line?.Trim(), functions, ended => Report(plan.Merged(ended)));
            JobRepository.Add(job);
            job.Start();
            WriteObject(job);
            return;
        }

        var outcome = plan.Merged(Finish(run, new PipelineOutput(_ => { }, Voice, caller), View(ShowProgress, ProgressStyle, run)));
        WriteObject(Report(outcome));
        if (!Undoes || outcome.Rollback.Any(result => !result.Success))
        {
            ThrowIfAsked(outcome);
        }

        LabOrchestrationReport Report(RunOutcome ended) => LabReportBuilder.Report(work.Settings, earlier.Source ?? "", started, described, work.Validation, ended);
    }

    // The core has just said that these very processes are the run's.
    private static void EndSurvivors(LabRunnerException fault)
    {
        foreach (var pid in (fault.ErrorRecord.TargetObject as string ?? "").Split(',').Select(int.Parse))
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(pid);
                process.Kill(entireProcessTree: true);
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended meanwhile; what cannot be ended is still there when it is asked for again.
            }
        }
    }

    /// <summary>The run that is meant, as the core finds it.</summary>
    private protected FoundRun Find(string? id, string? name, string? folder) =>
        Ask(() => LabCore.FindRun(new RunSearch(RunFolders.Root, id, name, folder, Undoes)));

    private static T Ask<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (LabCoreException error)
        {
            throw LabRunnerError.Core(error);
        }
    }

    // The lab as its file is now, or as it was, and of it what the earlier run had.
    private LabWork OfFile(LabEarlierRun earlier, string file, RecordedLab? recorded)
    {
        var call = earlier.Call;
        using var reading = LabFile.ReadLab(file, call.Text("Environment"), call.Table("ResourceLimits"), call.Flag("Strict") ?? false, recorded);
        var source = LabPlanSource.Read(Voice, reading, call.Text("Environment"));
        var lab = reading.Lab!;
        var settings = new LabRunSettings
        {
            Mode = call.Text("OrchestrationMode"),
            Order = call.Texts("Order"),
            MaxConcurrency = MaxConcurrency is > 0 ? MaxConcurrency : (int?)call.Number("MaxConcurrency"),
            Selection = new OperationSelection(call.Texts("Target"), call.Texts("Only"), call.Texts("Exclude"), call.Flag("SkipDependencies") ?? false),
            FailureStrategy = call.Text("FailureStrategy"),
            ContinueOnError = call.Flag("ContinueOnError"),
            CancelRunning = call.Flag("CancelRunning"),
            RunTimeoutMinutes = call.Number("RunTimeoutMinutes") ?? 0,
            Isolation = Isolations.Read(call.Text("Isolation")?.ToLowerInvariant()),
            Grouped = OutputMode == LabOutputMode.Grouped,
            RunAll = call.Flag("RunAll") ?? false,
            HealthMonitoring = call.Flag("HealthMonitoring") ?? false,
            Call = call.Written,
        }.Of(lab, file, Defaults);
        return new LabWork(source.Compile(settings), settings, source.Validation, source.Constrained, call.Text("Environment") ?? lab.Environment, source);
    }

    // The operations as the caller has them now, and the settings of the earlier run.
    private LabWork OfObjects(LabEarlierRun earlier)
    {
        if (Operations is null)
        {
            // Who would give the operations again would only be told of it then.
            if (!Ask(() => LabCore.WaitForEnd(earlier.Directory, 0)))
            {
                throw LabRunnerError.UnderWay(earlier.Name, earlier.Id);
            }

            throw LabRunnerError.OperationsNeeded(Command, earlier.Id, earlier.Name);
        }

        var reader = new OperationReader(Voice, earlier.Call.Flag("Strict") ?? false);
        var definitions = reader.Read(Operations);
        LabWarnings.Write(Voice, reader.Findings);
        var order = RunOrder.Of(earlier.Call.Text("OrchestrationMode"), earlier.Call.Texts("Order"));
        var settings = new RunSettings
        {
            Name = earlier.Name,
            EstimatesFrom = earlier.Name,
            MaxConcurrency = order.Mode == "sequential" ? 1 : MaxConcurrency is > 0 and { } wanted ? Defaults.Bounded(wanted) : earlier.MaxConcurrency,
            Failure = earlier.Options.Failure ?? "stop",
            CancelRunning = earlier.Options.CancelRunning ?? false,
            Retry = earlier.Options.Retry,
            Limits = LimitsReader.Read(earlier.Call.Table("ResourceLimits")),
            DefaultTimeout = Time(earlier.Options.DefaultTimeoutMs),
            RunTimeout = Time(earlier.Options.RunTimeoutMs),
            MaxRestarts = earlier.Options.MaxRestarts,
            Monitoring = earlier.Options.Monitoring,
            Order = order.Mode,
            CustomOrder = order.Names,
            Isolation = Isolations.Read(earlier.Call.Text("Isolation")?.ToLowerInvariant()) ?? LabIsolation.Shared,
            Grouped = OutputMode == LabOutputMode.Grouped,
            RunAll = earlier.Call.Flag("RunAll") ?? false,
            Journal = true,
            RetentionDays = Defaults.LogRetentionDays,
            Durability = Defaults.Durability,
            OutputLimit = Defaults.OutputLimit,
            Log = Defaults.Log,
            Source = earlier.Source,
            Call = earlier.Call.Written,
        };
        return new LabWork(LabRun.Compile(definitions, settings, reader.Findings), settings, new HashSet<string>(), reader.Constrained, null, null);
    }

    private static TimeSpan? Time(double? milliseconds) => milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>What is run: the operations of the plan, and how.</summary>
    private sealed record LabWork(RunPlan Plan, RunSettings Settings, IReadOnlySet<string> Validation, bool Constrained, string? Environment, LabPlanSource? File);
}
