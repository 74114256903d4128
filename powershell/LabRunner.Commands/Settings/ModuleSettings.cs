using LabRunner.Interop;

namespace LabRunner.Settings;

/// <summary>The settings that there are. Everything that depends on one asks for it here by its field.</summary>
internal static class ModuleSettings
{
    internal static readonly Setting MaxConcurrency = Setting.Whole("MaxConcurrency", 0, 0, MostAtOnce, "How many operations may run at the same time; 0 for one a processor.").Or("DefaultParallelism");
    internal static readonly Setting MaxParallelism = Setting.Whole("MaxParallelism", 0, 0, MostAtOnce, "The most operations at the same time, whatever a call or a lab asks for; 0 for no bound.");
    internal static readonly Setting DefaultTimeoutMinutes = Setting.Number("DefaultTimeoutMinutes", 60, 0, 525_600, "The limit of an operation that has none of its own, in minutes; 0 for none.").Or("DefaultTimeout", "Timeout");
    internal static readonly Setting RunTimeoutMinutes = Setting.Number("RunTimeoutMinutes", 0, 0, 525_600, "The limit of a whole run, in minutes; 0 for none.");
    internal static readonly Setting ShellTimeoutSeconds = Setting.Number("ShellTimeoutSeconds", 0, 0, 31_536_000, "The limit of a program that has none of its own, in seconds; 0 for that of other operations.").Or("ShellTimeout");
    internal static readonly Setting FailureStrategy = Setting.Failure("FailureStrategy", "Stop", ["Stop", "Continue", "Retry", "Rollback"], "What the failure of an operation means for the others.").Or("ContinueOnError");
    internal static readonly Setting MaxRetries = Setting.Whole("MaxRetries", 3, 0, 1000, "How often a failed operation is tried again under the strategy Retry, unless it says so itself.");
    internal static readonly Setting RetryDelaySeconds = Setting.Number("RetryDelaySeconds", 1, 0, 86_400, "The first pause before that, in seconds; it doubles up to a minute.").Or("RetryDelay");
    internal static readonly Setting Verbosity = Setting.Word("Verbosity", "normal", ["silent", "normal", "detailed"], "How much scripts report where a call does not say it: Initialize-StandardParameters, and the log where LogLevel is not set.").Or("VerbosityLevel");
    internal static readonly Setting LogLevel = Setting.Word("LogLevel", "INFO", ["ERROR", "WARN", "INFO", "DEBUG", "TRACE", "VERBOSE"], "The least important level that Write-CustomLog shows.");
    internal static readonly Setting LogPath = Setting.Folder("LogPath", "The folder of the run folders, with journals and what operations wrote.");
    internal static readonly Setting LogRetentionDays = Setting.Whole("LogRetentionDays", 30, 0, 36_500, "After how many days a run folder is deleted; 0 for never.").Or("LogRetention");
    internal static readonly Setting RecordRuns = Setting.Flag("RecordRuns", true, "Whether runs leave a record: what happened, and what operations wrote.");
    internal static readonly Setting RecordDurability = Setting.Word("RecordDurability", "Process", ["Process", "Machine", "Required"], "What the record of a run survives: the death of PowerShell, or a power cut as well; Required also stops a run for which that cannot be kept.");
    internal static readonly Setting OutputLimitMB = Setting.Whole("OutputLimitMB", 10, 1, 1_000_000, "How much of what one operation writes is recorded, in MiB: its first and its last part.");
    internal static readonly Setting ReportPath = Setting.Folder("ReportPath", "The folder in which each recorded run writes a page with its report when it ends.");
    internal static readonly Setting BuildAnnotations = Setting.Flag("BuildAnnotations", true, "Whether failures are shown beside the code where a run is part of a build on GitHub or Azure.");
    internal static readonly Setting RunLog = Setting.Word("RunLog", "Off", ["Off", "Info", "Debug", "Trace"], "How much LabRunner logs about its own work in each run, for bug reports: in log.txt in the run's folder.").By("LABRUNNER_LOG");
    internal static readonly Setting ShowProgress = Setting.Flag("ShowProgress", false, "Whether runs show their progress without being asked to.");
    internal static readonly Setting ProgressStyle = Setting.Word("ProgressStyle", "Bar", Enum.GetNames<LabProgressStyle>(), "How progress is shown.");
    internal static readonly Setting ProgressIntervalSeconds = Setting.Number("ProgressIntervalSeconds", 0.1, 0.1, 3600, "How often progress is drawn, in seconds.").Or("ProgressRefreshInterval");
    internal static readonly Setting NonInteractive = Setting.Flag("NonInteractive", false, "Whether scripts never prompt: Initialize-StandardParameters, Read-LoggedInput and Get-MenuSelection.");
    internal static readonly Setting PreferredShell = Setting.Word("PreferredShell", "PowerShell", ["PowerShell"], "The shell that runs scripts. PowerShell is the only one.");
    internal static readonly Setting RequiredModules = Setting.Names("RequiredModules", "Modules that every run imports into its runspaces; a run without one of them is refused.");
    internal static readonly Setting OptionalModules = Setting.Names("OptionalModules", "Modules that every run imports into its runspaces where they are installed.");

    /// <summary>All of them, in the order they are shown in.</summary>
    internal static readonly IReadOnlyList<Setting> All =
    [
        MaxConcurrency, MaxParallelism, DefaultTimeoutMinutes, RunTimeoutMinutes, ShellTimeoutSeconds, FailureStrategy, MaxRetries,
        RetryDelaySeconds, Verbosity, LogLevel, LogPath, LogRetentionDays, RecordRuns, RecordDurability, OutputLimitMB,
        ReportPath, BuildAnnotations, RunLog, ShowProgress, ProgressStyle, ProgressIntervalSeconds, NonInteractive, PreferredShell, RequiredModules, OptionalModules,
    ];

    /// <summary>The most operations that any run may have at the same time.</summary>
    internal const int MostAtOnce = 1024;

    /// <summary>The setting of that name, whatever its case and separators.</summary>
    internal static Setting? Find(string name)
    {
        var bare = Bare(name);
        return All.FirstOrDefault(setting => setting.Name.Equals(bare, StringComparison.OrdinalIgnoreCase) || setting.Aliases.Contains(bare, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The most similar name, for what is none.</summary>
    internal static string? Similar(string name) => LabCore.NearestName(Bare(name), All.Select(setting => setting.Name));

    private static string Bare(string name) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
}
