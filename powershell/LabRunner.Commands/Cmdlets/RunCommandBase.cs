using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Isolation;
using LabRunner.Operations;
using LabRunner.Progress;
using LabRunner.Reports;
using LabRunner.Runs;
using LabRunner.Settings;
using LabRunner.Workers;

namespace LabRunner.Cmdlets;

/// <summary>What the commands that run operations have in common: the caller, stopping, and how a run ends.</summary>
public abstract class RunCommandBase : PSCmdlet, IDisposable
{
    // How often is asked whether what keeps a run from starting has gone.
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private RunSession? _run;
    private bool _stopped;
    private readonly ManualResetEventSlim _stop = new();
    private LabRunnerConfiguration? _defaults;

    /// <summary>The command that the user called; this cmdlet itself when it was called directly.</summary>
    [Parameter(DontShow = true)]
    public PSCmdlet? Caller { get; set; }

    /// <summary>Whether the function that calls has something to do after a failed run, and ends the script itself.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter GoesOn { get; set; }

    /// <summary>Variables that operations find: names of the caller's, or names with values.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionVariableCompleter))]
    public object? Variables { get; set; }

    /// <summary>Functions of the caller that operations may call.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionFunctionCompleter))]
    public string[]? Functions { get; set; }

    /// <summary>Modules that are imported before the first operation runs in a runspace.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionModuleCompleter))]
    public object[]? Modules { get; set; }

    /// <summary>What is run before the first operation runs in a runspace.</summary>
    [Parameter]
    public ScriptBlock? InitializationScript { get; set; }

    /// <summary>Ends with one terminating error that carries all results if an operation did not succeed.</summary>
    [Parameter]
    public SwitchParameter ThrowOnFailure { get; set; }

    /// <summary>When what operations write is shown: while they run, or in one piece when they have ended.</summary>
    [Parameter]
    public LabOutputMode OutputMode { get; set; }

    /// <summary>Writes reports of the run when it ends: files, or folders for a page with the run's name and id.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] Report { get; set; } = [];

    /// <summary>Shows how far the run is.</summary>
    [Parameter]
    public SwitchParameter ShowProgress { get; set; }

    /// <summary>How progress is shown.</summary>
    [Parameter]
    public LabProgressStyle ProgressStyle { get; set; }

    /// <summary>Shows progress as lines of text although operations may show none of theirs: the call asks for it, and for nothing interactive.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter ProgressAsLines { get; set; }

    /// <summary>The command through which errors and records are written.</summary>
    private protected PSCmdlet Voice => Caller ?? this;

    /// <summary>What the module's settings say, for everything that the call does not say.</summary>
    private protected LabRunnerConfiguration Defaults => _defaults ??= SettingSources.Look(Voice);

    /// <summary>Whether a parameter was given.</summary>
    private protected bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Refuses a number of operations at the same time that cannot be meant.</summary>
    private protected static void CheckConcurrency(string parameter, int? wanted)
    {
        if (wanted is < 0 or > ModuleSettings.MostAtOnce)
        {
            throw LabRunnerError.OutOfRange(parameter, wanted.Value, 0, ModuleSettings.MostAtOnce);
        }
    }

    /// <summary>A limit in minutes: the parameter if it was given, else the module's setting; nothing for 0.</summary>
    private protected TimeSpan? Limit(string parameter, double given, double setting) =>
        (Given(parameter) ? given : setting) is > 0 and var minutes ? Durations.Minutes(minutes) : null;

    /// <summary>Releases the run. Downstream commands that stop early reach nothing but this.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        RunSession? run;
        lock (_gate)
        {
            _stopped = true;
            run = _run;
        }

        _stop.Set();
        run?.Interrupt();
    }

    /// <summary>Whether the caller has stopped the command.</summary>
    private protected bool IsStopped => _stop.IsSet;

    /// <summary>Starts a run as soon as what keeps it from starting has gone.</summary>
    /// <param name="obstacle">The id of the error that says what keeps it from starting.</param>
    /// <param name="start">Starts it.</param>
    /// <param name="remove">Removes what is in the way; without it, that is waited for.</param>
    private protected RunSession StartWhen(string obstacle, Func<RunSession> start, Action<LabRunnerException>? remove = null)
    {
        object? waitsFor = null;
        while (true)
        {
            try
            {
                return start();
            }
            catch (LabRunnerException fault) when (fault.Id == obstacle)
            {
                if (!Equals(waitsFor, fault.ErrorRecord.TargetObject))
                {
                    waitsFor = fault.ErrorRecord.TargetObject;
                    Voice.WriteInformation(new HostInformationMessage { Message = $"{(remove is null ? "Waiting" : "Ending what is alive")}: {fault.Message}" }, ["PSHOST"]);
                    remove?.Invoke(fault);
                }
            }

            // Neither the lock nor the end of another process rings a bell here.
            if (_stop.Wait(AskInterval))
            {
                throw new PipelineStoppedException();
            }
        }
    }

    /// <inheritdoc/>
    protected override void BeginProcessing() => CallerPreferences.Adopt(this, Caller);

    /// <summary>Does what ends in a LabRunner error as the caller's terminating error.</summary>
    private protected void Guarded(Action action) => CommandGuard.Run(Voice, action);

    // The call's own modules, and those of the settings: what is required must be there, the rest is taken where it is.
    private object[]? WithSettings(object[]? own)
    {
        if (Defaults.RequiredModules.Length + Defaults.OptionalModules.Length == 0)
        {
            return own;
        }

        string[] missing = [.. Defaults.RequiredModules.Where(name => !IsInstalled(name))];
        return missing.Length > 0
            ? throw LabRunnerError.ModulesMissing(missing)
            : [.. own ?? [], .. Defaults.RequiredModules, .. Defaults.OptionalModules.Where(IsInstalled)];
    }

    private bool IsInstalled(string name) => LanguagePrimitives.IsTrue(Voice.InvokeCommand.InvokeScript(
        "param($LabName) [bool] (Get-Module -Name $LabName) -or [bool] (Get-Module -Name $LabName -ListAvailable -ErrorAction Ignore)",
        true,
        System.Management.Automation.Runspaces.PipelineResultTypes.None,
        null,
        name).FirstOrDefault());

    /// <summary>Whether the call shows what it would do, and does nothing.</summary>
    private protected bool IsWhatIf =>
        LanguagePrimitives.IsTrue(Voice.MyInvocation.BoundParameters.TryGetValue("WhatIf", out var asked) ? asked : Voice.GetVariableValue("WhatIfPreference"));

    /// <summary>What the caller is like, for its operations.</summary>
    private protected CallerState Capture(bool constrained)
    {
        var import = new StateImportSource(Voice).Read(Variables, Functions, WithSettings(Modules), InitializationScript);
        var limited = constrained || (InitializationScript is { } script && Operations.ScriptCopy.IsConstrained(script));
        return CallerState.Capture(Voice, limited, import);
    }

    /// <summary>Captures the caller early and opens the first workers, while the operations are checked.</summary>
    /// <returns>Nothing where that could do something that is not yet settled: run what is to be imported, or act under -WhatIf.</returns>
    private protected CallerState? Foresee(IReadOnlyList<OperationDefinition> operations, bool constrained, int? concurrency)
    {
        if (Defaults.RequiredModules.Length + Defaults.OptionalModules.Length > 0 || Variables is not null || Functions is not null || Modules is not null || InitializationScript is not null || Worker.OnThisThread is not null)
        {
            return null;
        }

        var caller = Capture(constrained);
        if (!caller.ShowsActions)
        {
            var ready = operations.Count(operation => operation is { Work: ScriptWork, Dependencies.Count: 0 });
            WorkerPool.Expect(caller, Math.Min(ready, Math.Min(Environment.ProcessorCount, concurrency is > 0 ? concurrency.Value : int.MaxValue)));
        }

        return caller;
    }

    /// <summary>Carries a run to its end and writes it to the pipeline.</summary>
    private protected RunOutcome Finish(RunSession run, IRunOutput output, IProgressView? view)
    {
        lock (_gate)
        {
            _run = run;
            run.HasReader = true;
            if (_stopped)
            {
                run.Interrupt();
            }
        }

        try
        {
            return LabRun.Finish(run, output, view);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>The one error at the end that ends the calling script, where it was asked for. All results are in it.</summary>
    private protected void ThrowIfAsked(RunOutcome outcome)
    {
        if (!GoesOn && (ThrowOnFailure || CallerEnd.IsAskedBy(Voice)) && outcome.Results.Any(result => !result.Success))
        {
            CallerEnd.With(Voice, LabRunnerError.RunFailed(outcome.Results).ErrorRecord);
        }
    }

    /// <summary>What the run tells besides its results: the reports that the call asks for, or else the settings, and what a build server shows.</summary>
    private protected void Tell(RunSettings settings)
    {
        settings.Reports = Given(nameof(Report))
            ? new RunReports([.. Report.Select(ReportPlace)], IsAsked: Report.Length > 0)
            : new RunReports(Defaults.ReportPath is { } folder ? [folder] : [], IsAsked: false);
        settings.Annotations = Defaults.BuildAnnotations ? BuildAnnotations.Here() : null;
    }

    private string ReportPlace(string path) =>
        CallerPath.Of(Voice, path, out var why) ?? throw LabRunnerError.Contradiction($"-Report: '{path}' is not a path of the file system: {why!.Message.TrimEnd('.')}.", "Correct the path.");

    /// <summary>Whether progress is asked for.</summary>
    private protected bool Shows(bool show) => Given("ShowProgress") ? show : Defaults.ShowProgress;

    /// <summary>The view that fits the place: bars on a screen, lines in a log.</summary>
    private protected IProgressView? View(bool show, LabProgressStyle style, RunSession run) =>
        Shows(show)
            ? ProgressPlace.View(Voice, ProgressPreference(run), Given("ProgressStyle") ? style : Defaults.ProgressStyle, Defaults.ProgressIntervalSeconds, run.Operations.Count, ProgressAsLines)
            : null;

    // With lines, what the calling script wants: the run's own preference keeps operations from showing bars.
    private object? ProgressPreference(RunSession run) => ProgressAsLines ? Voice.SessionState.PSVariable.GetValue("ProgressPreference") : run.Caller.Preference("ProgressPreference");

    private void Release()
    {
        RunSession? run;
        lock (_gate)
        {
            run = _run;
            _run = null;
        }

        run?.Dispose();
    }
}
