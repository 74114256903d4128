using System.Text.Json;
using LabRunner.Interop;
using LabRunner.Operations;
using LabRunner.Plans;

namespace LabRunner.Runs;

/// <summary>What a call says over the settings of a lab file; what it leaves out is the file's to say, or the module's.</summary>
internal sealed record LabRunSettings
{
    /// <summary>How ready operations are ranked.</summary>
    internal string? Mode { get; init; }

    /// <summary>The order for the mode Custom.</summary>
    internal object[] Order { get; init; } = [];

    /// <summary>Operations at the same time; nothing or 0 when not said.</summary>
    internal int? MaxConcurrency { get; init; }

    /// <summary>What a failure means.</summary>
    internal string? FailureStrategy { get; init; }

    /// <summary>Whether a failure does not stop the run; nothing when not said.</summary>
    internal bool? ContinueOnError { get; init; }

    /// <summary>Whether a failure that stops the run also stops what runs.</summary>
    internal bool? CancelRunning { get; init; }

    /// <summary>What operations leave to each other.</summary>
    internal LabIsolation? Isolation { get; init; }

    /// <summary>The limit of the whole run, in minutes; 0 when not said.</summary>
    internal double RunTimeoutMinutes { get; init; }

    /// <summary>Whether the run leaves no record, whatever the settings say.</summary>
    internal bool NoRecord { get; init; }

    /// <summary>The limit of an operation that has none of its own, in minutes; 0 for none, nothing when not said.</summary>
    internal double? TimeoutMinutes { get; init; }

    /// <summary>Whether what an operation writes is shown in one piece when it has ended.</summary>
    internal bool Grouped { get; init; }

    /// <summary>Whether everything runs, up to date or not.</summary>
    internal bool RunAll { get; init; }

    /// <summary>Whether the run is watched, whatever the lab says.</summary>
    internal bool HealthMonitoring { get; init; }

    /// <summary>What the run was called with, for one that resumes it.</summary>
    internal IReadOnlyDictionary<string, object?>? Call { get; init; }

    /// <summary>Which of its operations are wanted.</summary>
    internal OperationSelection Selection { get; init; } = OperationSelection.Everything;

    /// <summary>The settings of a run of the lab.</summary>
    internal RunSettings Of(LabModel lab, string path, LabRunnerConfiguration defaults)
    {
        var wanted = lab.Settings;
        var order = RunOrder.Of(Mode, Order, path, wanted.Order?.Mode, wanted.Order?.Names);
        var concurrency = defaults.Bounded(MaxConcurrency is > 0 ? MaxConcurrency.Value : (int)(wanted.MaxConcurrency ?? defaults.Concurrency));
        var failure = FailureChoice.Of(FailureStrategy, ContinueOnError, wanted.Failure ?? defaults.FailureStrategy);
        var retry = wanted.Retry is { ValueKind: JsonValueKind.Object } policy ? policy : (JsonElement?)null;
        return new RunSettings
        {
            Name = lab.Name,
            EstimatesFrom = lab.Name,
            MaxConcurrency = order.Mode == "sequential" ? 1 : concurrency,
            Failure = failure,
            CancelRunning = CancelRunning ?? wanted.CancelRunning ?? false,
            Retry = retry is { } declared ? declared : failure == "retry" ? defaults.Retry : null,
            Attempts = retry is { } own ? Count(own) + 1 : failure == "retry" ? defaults.MaxRetries + 1 : null,
            RunTimeout = RunTimeoutMinutes > 0 ? Durations.Minutes(RunTimeoutMinutes) : Milliseconds(wanted.RunTimeoutMs) ?? Minutes(defaults.RunTimeoutMinutes),
            DefaultTimeout = TimeoutMinutes is { } limit ? Minutes(limit) : Milliseconds(wanted.TimeoutMs) ?? Minutes(defaults.DefaultTimeoutMinutes),
            ProgramTimeout = TimeoutMinutes is null && wanted.TimeoutMs is null ? defaults.ProgramTimeout : null,
            Order = order.Mode,
            CustomOrder = order.Names,
            Selection = Selection,
            Ranking = order.Ranking,
            Isolation = Isolation ?? Isolations.Read(wanted.Isolation) ?? LabIsolation.Shared,
            Grouped = Grouped,
            Journal = defaults.RecordRuns && !NoRecord,
            RetentionDays = defaults.LogRetentionDays,
            Durability = defaults.Durability,
            OutputLimit = defaults.OutputLimit,
            Log = defaults.Log,
            Source = path,
            Call = Call,
            RunAll = RunAll,
            MaxRestarts = wanted.MaxRestarts,
            Monitoring = wanted.Monitoring is { ValueKind: JsonValueKind.Object } monitoring ? monitoring : HealthMonitoring ? RunSettings.WatchedByDefault : null,
            ResumesAfterRestart = wanted.ResumeAfterRestart ?? false,
        };
    }

    private static long? Count(JsonElement retry) => retry.TryGetProperty("count", out var count) ? (long)count.GetDouble() : null;

    private static TimeSpan? Milliseconds(double? ms) => ms is { } limit ? TimeSpan.FromMilliseconds(limit) : null;

    private static TimeSpan? Minutes(double minutes) => minutes > 0 ? Durations.Minutes(minutes) : null;
}
