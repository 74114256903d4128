using System.Collections.Specialized;
using System.Globalization;
using System.Text;
using LabRunner.Settings;

namespace LabRunner;

/// <summary>One setting of the module as it holds now.</summary>
public sealed class LabSetting
{
    /// <summary>The setting's name.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Its value.</summary>
    public object? Value { get; internal init; }

    /// <summary><c>Process</c>, <c>Environment</c>, <c>ConfigurationCore</c>, <c>User</c> or <c>Default</c>.</summary>
    public string Origin { get; internal init; } = "";

    /// <summary>Where exactly: the variable or the file.</summary>
    public string? Source { get; internal init; }

    /// <summary>Its default.</summary>
    public object? Default { get; internal init; }

    /// <summary>What it may be.</summary>
    public string Allowed { get; internal init; } = "";

    /// <summary>The environment variable that sets it.</summary>
    public string EnvironmentVariable { get; internal init; } = "";

    /// <summary>What it is for.</summary>
    public string Description { get; internal init; } = "";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} = {Value}");
}

/// <summary>The configuration of the module: what runs use where a call does not say otherwise.</summary>
public sealed class LabRunnerConfiguration
{
    private readonly Dictionary<string, LabSetting> _byName;

    internal LabRunnerConfiguration(IReadOnlyList<LabSetting> settings, string path)
    {
        Settings = [.. settings];
        Path = path;
        _byName = settings.ToDictionary(setting => setting.Name);
    }

    /// <summary>How many operations may run at the same time; 0 for one a processor.</summary>
    public int MaxConcurrency => (int)Value(ModuleSettings.MaxConcurrency)!;

    /// <summary>The most operations at the same time, whatever a call or a lab asks for; 0 for no bound.</summary>
    public int MaxParallelism => (int)Value(ModuleSettings.MaxParallelism)!;

    /// <summary>The limit of an operation that has none of its own, in minutes; 0 for none.</summary>
    public double DefaultTimeoutMinutes => (double)Value(ModuleSettings.DefaultTimeoutMinutes)!;

    /// <summary>The limit of a whole run, in minutes; 0 for none.</summary>
    public double RunTimeoutMinutes => (double)Value(ModuleSettings.RunTimeoutMinutes)!;

    /// <summary>The limit of a program that has none of its own, in seconds; 0 for that of other operations.</summary>
    public double ShellTimeoutSeconds => (double)Value(ModuleSettings.ShellTimeoutSeconds)!;

    /// <summary>What the failure of an operation means for the others.</summary>
    public string FailureStrategy => (string)Value(ModuleSettings.FailureStrategy)!;

    /// <summary>How often a failed operation is tried again under the strategy Retry.</summary>
    public int MaxRetries => (int)Value(ModuleSettings.MaxRetries)!;

    /// <summary>The first pause before that, in seconds.</summary>
    public double RetryDelaySeconds => (double)Value(ModuleSettings.RetryDelaySeconds)!;

    /// <summary>How much scripts say: <c>silent</c>, <c>normal</c> or <c>detailed</c>.</summary>
    public string Verbosity => (string)Value(ModuleSettings.Verbosity)!;

    /// <summary>Whether scripts ask nothing.</summary>
    public bool NonInteractive => (bool)Value(ModuleSettings.NonInteractive)!;

    /// <summary>The shell that runs scripts.</summary>
    public string PreferredShell => (string)Value(ModuleSettings.PreferredShell)!;

    /// <summary>Modules that every run imports into its runspaces.</summary>
    public string[] RequiredModules => (string[])Value(ModuleSettings.RequiredModules)!;

    /// <summary>Modules that every run imports into its runspaces where they are installed.</summary>
    public string[] OptionalModules => (string[])Value(ModuleSettings.OptionalModules)!;

    /// <summary>The least important level that Write-CustomLog shows.</summary>
    public string LogLevel => (string)Value(ModuleSettings.LogLevel)!;

    /// <summary>The folder of the run folders; nothing for the usual place.</summary>
    public string? LogPath => (string?)Value(ModuleSettings.LogPath);

    /// <summary>After how many days a run folder is deleted; 0 for never.</summary>
    public int LogRetentionDays => (int)Value(ModuleSettings.LogRetentionDays)!;

    /// <summary>Whether runs leave a record.</summary>
    public bool RecordRuns => (bool)Value(ModuleSettings.RecordRuns)!;

    /// <summary>The folder in which each recorded run writes a page with its report; nothing for none.</summary>
    public string? ReportPath => (string?)Value(ModuleSettings.ReportPath);

    /// <summary>Whether failures are shown beside the code where a run is part of a build on GitHub or Azure.</summary>
    public bool BuildAnnotations => (bool)Value(ModuleSettings.BuildAnnotations)!;

    /// <summary>What the record of a run survives: <c>Process</c>, <c>Machine</c> or <c>Required</c>.</summary>
    public string RecordDurability => (string)Value(ModuleSettings.RecordDurability)!;

    /// <summary>How much of what one operation writes is recorded, in MiB.</summary>
    public int OutputLimitMB => (int)Value(ModuleSettings.OutputLimitMB)!;

    /// <summary>How much of its own working LabRunner writes to <c>log.txt</c> in the folder of each run.</summary>
    public string RunLog => (string)Value(ModuleSettings.RunLog)!;

    /// <summary>Whether runs show their progress without being asked to.</summary>
    public bool ShowProgress => (bool)Value(ModuleSettings.ShowProgress)!;

    /// <summary>How progress is shown.</summary>
    public LabProgressStyle ProgressStyle => Enum.Parse<LabProgressStyle>((string)Value(ModuleSettings.ProgressStyle)!);

    /// <summary>The seconds between two redraws of the progress display.</summary>
    public double ProgressIntervalSeconds => (double)Value(ModuleSettings.ProgressIntervalSeconds)!;

    /// <summary>The level of the log as it holds in this process: that of the verbosity where none is set.</summary>
    public static string CurrentLogLevel => Current is not { } current ? (string)ModuleSettings.LogLevel.Default!
        : !current.Untouched(ModuleSettings.LogLevel) ? current.LogLevel
        : current.Verbosity switch
        {
            "silent" => "ERROR",
            "detailed" => "VERBOSE",
            _ => current.LogLevel,
        };

    /// <summary>The verbosity as it holds in this process.</summary>
    public static string CurrentVerbosity => Current?.Verbosity ?? (string)ModuleSettings.Verbosity.Default!;

    /// <summary>Whether scripts ask nothing, as it holds in this process.</summary>
    public static bool IsNonInteractive => Current?.NonInteractive == true;

    // Nothing where the settings cannot be read: that is not for a log line to say.
    private static LabRunnerConfiguration? Current
    {
        get
        {
            try
            {
                return SettingSources.Look(null);
            }
            catch (LabRunnerException)
            {
                return null;
            }
        }
    }

    /// <summary>Where each value comes from, by the setting's name.</summary>
    public OrderedDictionary Origin
    {
        get
        {
            var origins = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
            foreach (var setting in Settings)
            {
                origins[setting.Name] = setting.Origin;
            }

            return origins;
        }
    }

    /// <summary>Every setting with its value, its origin, what it may be and what it is for.</summary>
    public LabSetting[] Settings { get; }

    /// <summary>The user's file, be it there or not.</summary>
    public string Path { get; }

    /// <summary>The settings as a table.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var setting in Settings)
        {
            var from = setting.Source is null || setting.Origin is "Default" or "Process" ? setting.Origin : $"{setting.Origin} ({setting.Source})";
            text.AppendLine(CultureInfo.InvariantCulture, $"{setting.Name,-24}{(setting.Value is string[] names ? string.Join(", ", names) : setting.Value),-12} {from}");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{"File",-24}{Path}{(File.Exists(Path) ? "" : " (does not exist)")}").ToString();
    }

    /// <summary>How many operations run at the same time when nothing else is asked for.</summary>
    internal int Concurrency => Bounded(MaxConcurrency > 0 ? MaxConcurrency : Environment.ProcessorCount);

    /// <summary>The limit of a program that has none of its own; nothing for that of other operations.</summary>
    internal TimeSpan? ProgramTimeout => ShellTimeoutSeconds > 0 ? TimeSpan.FromSeconds(ShellTimeoutSeconds) : null;

    /// <summary>The durability of records as the core has it.</summary>
    internal string Durability => RecordDurability.ToLowerInvariant();

    /// <summary>How much of what one operation writes is recorded, in bytes.</summary>
    internal long OutputLimit => (long)OutputLimitMB << 20;

    /// <summary>The level of a run's own log as the core has it; null where it is not set.</summary>
    internal string? Log => Untouched(ModuleSettings.RunLog) ? null : RunLog.ToLowerInvariant();

    /// <summary>So many operations at the same time, but no more than any run may have.</summary>
    internal int Bounded(int wanted) => MaxParallelism > 0 ? Math.Min(wanted, MaxParallelism) : wanted;

    /// <summary>How the strategy Retry tries again, as the core's own document; nothing where that is as the core does it anyway.</summary>
    internal IReadOnlyDictionary<string, object?>? Retry
    {
        get
        {
            if (Untouched(ModuleSettings.MaxRetries) && Untouched(ModuleSettings.RetryDelaySeconds))
            {
                return null;
            }

            var delay = (long)(RetryDelaySeconds * 1000);
            return new Dictionary<string, object?>
            {
                ["count"] = MaxRetries,
                ["delay_ms"] = delay,
                ["backoff"] = "exponential",
                ["max_delay_ms"] = Math.Max(delay, 60_000),
                ["jitter"] = true,
            };
        }
    }

    private object? Value(Setting setting) => _byName[setting.Name].Value;

    private bool Untouched(Setting setting) => _byName[setting.Name].Origin == SettingSources.Default;
}
