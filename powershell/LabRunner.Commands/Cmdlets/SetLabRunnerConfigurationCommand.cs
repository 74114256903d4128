using System.Management.Automation;
using System.Text.Json.Nodes;
using LabRunner.Errors;
using LabRunner.Labs;
using LabRunner.Operations;
using LabRunner.Settings;

namespace LabRunner.Cmdlets;

/// <summary>Where a setting is kept.</summary>
public enum LabSettingScope
{
    /// <summary>In the user's file, for all processes.</summary>
    User,

    /// <summary>In this process, until it ends.</summary>
    Process,
}

/// <summary>Changes settings of the module.</summary>
[Cmdlet(VerbsCommon.Set, "LabRunnerConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(LabRunnerConfiguration))]
public sealed class SetLabRunnerConfigurationCommand : QueryCommand
{
    /// <summary>How many operations may run at the same time; 0 for one a processor.</summary>
    [Parameter]
    [Alias("DefaultParallelism")]
    public int MaxConcurrency { get; set; }

    /// <summary>The most operations at the same time, whatever a call or a lab asks for; 0 for no bound.</summary>
    [Parameter]
    public int MaxParallelism { get; set; }

    /// <summary>The limit of an operation that has none of its own, in minutes; 0 for none.</summary>
    [Parameter]
    [Alias("DefaultTimeout", "Timeout")]
    public double DefaultTimeoutMinutes { get; set; }

    /// <summary>The limit of a whole run, in minutes; 0 for none.</summary>
    [Parameter]
    public double RunTimeoutMinutes { get; set; }

    /// <summary>The limit of a program that has none of its own, in seconds; 0 for that of other operations.</summary>
    [Parameter]
    [Alias("ShellTimeout")]
    public double ShellTimeoutSeconds { get; set; }

    /// <summary>What the failure of an operation means for the others.</summary>
    [Parameter]
    public string? FailureStrategy { get; set; }

    /// <summary>The failure strategy Continue, or Stop.</summary>
    [Parameter]
    public bool ContinueOnError { get; set; }

    /// <summary>How often a failed operation is tried again under the strategy Retry.</summary>
    [Parameter]
    public int MaxRetries { get; set; }

    /// <summary>The first pause before that, in seconds.</summary>
    [Parameter]
    [Alias("RetryDelay")]
    public double RetryDelaySeconds { get; set; }

    /// <summary>How much scripts say: silent, normal or detailed.</summary>
    [Parameter]
    [Alias("VerbosityLevel")]
    public string? Verbosity { get; set; }

    /// <summary>The least important level that Write-CustomLog shows.</summary>
    [Parameter]
    public string? LogLevel { get; set; }

    /// <summary>The folder of the run folders.</summary>
    [Parameter]
    public string? LogPath { get; set; }

    /// <summary>After how many days a run folder is deleted; 0 for never.</summary>
    [Parameter]
    [Alias("LogRetention")]
    public int LogRetentionDays { get; set; }

    /// <summary>Whether runs leave a record.</summary>
    [Parameter]
    public bool RecordRuns { get; set; }

    /// <summary>What the record of a run survives.</summary>
    [Parameter]
    [ValidateSet("Process", "Machine", "Required")]
    public string? RecordDurability { get; set; }

    /// <summary>How much of what one operation writes is recorded, in MiB.</summary>
    [Parameter]
    public int OutputLimitMB { get; set; }

    /// <summary>The folder in which each recorded run writes a page with its report when it ends.</summary>
    [Parameter]
    public string? ReportPath { get; set; }

    /// <summary>Whether failures are shown beside the code where a run is part of a build on GitHub or Azure.</summary>
    [Parameter]
    public bool BuildAnnotations { get; set; }

    /// <summary>How much of its own working LabRunner writes to a run's log.</summary>
    [Parameter]
    [ValidateSet("Off", "Info", "Debug", "Trace")]
    public string? RunLog { get; set; }

    /// <summary>Whether runs show their progress without being asked to.</summary>
    [Parameter]
    public bool ShowProgress { get; set; }

    /// <summary>How progress is shown.</summary>
    [Parameter]
    public LabProgressStyle ProgressStyle { get; set; }

    /// <summary>The seconds between two redraws of the progress display.</summary>
    [Parameter]
    [Alias("ProgressRefreshInterval")]
    public double ProgressIntervalSeconds { get; set; }

    /// <summary>Whether scripts ask nothing.</summary>
    [Parameter]
    public bool NonInteractive { get; set; }

    /// <summary>The shell that runs scripts: PowerShell.</summary>
    [Parameter]
    public string? PreferredShell { get; set; }

    /// <summary>Modules that every run imports into its runspaces.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] RequiredModules { get; set; } = [];

    /// <summary>Modules that every run imports into its runspaces where they are installed.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[] OptionalModules { get; set; } = [];

    /// <summary>Where the settings are kept.</summary>
    [Parameter]
    public LabSettingScope Scope { get; set; }

    /// <summary>Returns the configuration as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(ContinueOnError)) && FailureStrategy is not null && ContinueOnError != FailureStrategy.Equals("Continue", StringComparison.OrdinalIgnoreCase))
        {
            throw LabRunnerError.Contradiction($"-ContinueOnError ${ContinueOnError.ToString().ToLowerInvariant()} and -FailureStrategy {FailureStrategy} contradict each other.", "Leave one of them out.");
        }

        // All values are checked before the first one is written.
        var given = ModuleSettings.All
            .Where(setting => MyInvocation.BoundParameters.ContainsKey(setting.Name) || (setting == ModuleSettings.FailureStrategy && MyInvocation.BoundParameters.ContainsKey(nameof(ContinueOnError))))
            .Select(setting => (Setting: setting, Value: setting.Checked(Given(setting), $"-{setting.Name}", setting.Name)))
            .ToArray();
        var path = SettingsFile.Path;
        var where = Scope == LabSettingScope.User ? path : "this process";
        if (given.Length > 0 && Voice.ShouldProcess(where, $"Set {string.Join(", ", given.Select(pair => $"{pair.Setting.Name} = {(pair.Value is string[] names ? string.Join(", ", names) : pair.Value)}"))}"))
        {
            if (Scope == LabSettingScope.Process)
            {
                foreach (var (setting, value) in given)
                {
                    SettingSources.ForProcess(setting, value);
                }
            }
            else
            {
                SettingsFile.Change(path, content =>
                {
                    foreach (var (setting, value) in given)
                    {
                        var spelled = content.Select(entry => entry.Key).FirstOrDefault(key => ModuleSettings.Find(key) == setting) ?? setting.Name;
                        content[spelled] = value is string[] names ? new JsonArray([.. names.Select(name => JsonValue.Create(name))]) : JsonValue.Create(value);
                    }
                });
            }
        }

        if (PassThru)
        {
            WriteObject(SettingSources.Look(Voice));
        }
    }

    private object? Given(Setting setting) =>
        setting == ModuleSettings.LogPath && LogPath is { Length: > 0 } folder ? LabFile.FullPath(Voice, folder)
        : setting == ModuleSettings.ReportPath && ReportPath is { Length: > 0 } reports ? LabFile.FullPath(Voice, reports)
        : setting == ModuleSettings.FailureStrategy && FailureStrategy is null ? ContinueOnError
        : MyInvocation.BoundParameters[setting.Name];
}
