using System.Text.Json;
using LabRunner.Json;
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

    /// <summary>What the run was called with, for one that resumes it.</summary>
    internal IReadOnlyDictionary<string, object?>? Call { get; init; }

    /// <summary>Which of its operations are wanted.</summary>
    internal OperationSelection Selection { get; init; } = OperationSelection.Everything;

    /// <summary>The settings of a run of the lab.</summary>
    internal RunSettings Of(JsonElement lab, string path, LabRunnerConfiguration defaults)
    {
        var wanted = JsonMembers.Member(lab, "settings") ?? lab;
        var ownOrder = JsonMembers.Member(wanted, "order");
        var ownNames = ownOrder is { } listed && listed.TryGetProperty("names", out var list) ? list.EnumerateArray().Select(name => name.GetString() ?? "").ToArray() : null;
        var order = RunOrder.Of(Mode, Order, path, ownOrder is { } ranked ? JsonMembers.Text(ranked, "mode") : null, ownNames);
        var concurrency = defaults.Bounded(MaxConcurrency is > 0 ? MaxConcurrency.Value : (int)(JsonMembers.Number(wanted, "max_concurrency") ?? defaults.Concurrency));
        var failure = FailureChoice.Of(FailureStrategy, ContinueOnError, JsonMembers.Text(wanted, "failure") ?? defaults.FailureStrategy);
        var retry = JsonMembers.Member(wanted, "retry");
        var name = JsonMembers.Text(lab, "name") ?? Path.GetFileNameWithoutExtension(path);
        return new RunSettings
        {
            Name = name,
            EstimatesFrom = name,
            MaxConcurrency = order.Mode == "sequential" ? 1 : concurrency,
            Failure = failure,
            CancelRunning = CancelRunning ?? (wanted.TryGetProperty("cancel_running", out var cancel) && cancel.ValueKind == JsonValueKind.True),
            Retry = retry is { } declared ? declared : failure == "retry" ? defaults.Retry : null,
            Attempts = retry is { } policy ? (long?)JsonMembers.Number(policy, "count") + 1 : failure == "retry" ? defaults.MaxRetries + 1 : null,
            RunTimeout = RunTimeoutMinutes > 0 ? Durations.Minutes(RunTimeoutMinutes) : Milliseconds(wanted, "run_timeout_ms") ?? Minutes(defaults.RunTimeoutMinutes),
            DefaultTimeout = TimeoutMinutes is { } limit ? Minutes(limit) : Milliseconds(wanted, "timeout_ms") ?? Minutes(defaults.DefaultTimeoutMinutes),
            ProgramTimeout = TimeoutMinutes is null && JsonMembers.Number(wanted, "timeout_ms") is null ? defaults.ProgramTimeout : null,
            Order = order.Mode,
            CustomOrder = order.Names,
            Selection = Selection,
            Ranking = order.Ranking,
            Isolation = Isolation ?? Isolations.Read(JsonMembers.Text(wanted, "isolation")) ?? LabIsolation.Shared,
            Grouped = Grouped,
            Journal = defaults.RecordRuns && !NoRecord,
            RetentionDays = defaults.LogRetentionDays,
            Durability = defaults.Durability,
            OutputLimit = defaults.OutputLimit,
            Source = path,
            Call = Call,
            RunAll = RunAll,
            MaxRestarts = (int?)JsonMembers.Number(wanted, "max_restarts"),
            ResumesAfterRestart = wanted.TryGetProperty("resume_after_restart", out var resumes) && resumes.ValueKind == JsonValueKind.True,
        };
    }

    private static TimeSpan? Milliseconds(JsonElement settings, string key) => JsonMembers.Number(settings, key) is { } limit ? TimeSpan.FromMilliseconds(limit) : null;

    private static TimeSpan? Minutes(double minutes) => minutes > 0 ? Durations.Minutes(minutes) : null;
}
