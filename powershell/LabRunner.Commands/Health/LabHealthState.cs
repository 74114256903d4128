using LabRunner.Interop;

namespace LabRunner;

/// <summary>How a health check of a run stands, or stood when the run ended.</summary>
public sealed class LabHealthState
{
    /// <summary>The operation that is checked; nothing for what is watched of the run as a whole.</summary>
    public string? Operation { get; private init; }

    /// <summary>What the check is called.</summary>
    public string Check { get; private init; } = "";

    /// <summary><c>Healthy</c>, <c>Unhealthy</c>, or <c>Starting</c> for one that has neither passed nor failed often enough.</summary>
    public string Status { get; private init; } = "";

    /// <summary>Since when, in local time.</summary>
    public DateTime? Since { get; private init; }

    /// <summary>How often it has become unhealthy.</summary>
    public int TimesUnhealthy { get; private init; }

    /// <summary>Why it was unhealthy last.</summary>
    public string? Message { get; private init; }

    /// <summary>What was done about it, such as <c>Restart</c>, and how often.</summary>
    public LabConfigNode Remedies { get; private init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{(Operation is null ? "" : $"{Operation}: ")}{Check}: {Status}";

    internal static LabHealthState Of(string? operation, DateTime? runStart, RecordedCheck check)
    {
        LabConfigNode remedies = [];
        foreach (var (remedy, times) in check.Remedies.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            remedies[Word(remedy)] = times;
        }

        return new()
        {
            Operation = operation,
            Check = check.Check,
            Status = Word(check.Status),
            Since = runStart?.AddMilliseconds(check.SinceMs),
            TimesUnhealthy = check.TimesUnhealthy,
            Message = string.IsNullOrEmpty(check.Message) ? null : check.Message,
            Remedies = remedies,
        };
    }

    private static string Word(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}

/// <summary>The health of a run: what its checks have come to.</summary>
public sealed class LabRunHealth
{
    /// <summary><c>Unhealthy</c> when a check is, <c>Recovered</c> when one was, <c>Starting</c> while one has not come to anything, otherwise <c>Healthy</c>.</summary>
    public string Status =>
        Checks.Any(check => check.Status == "Unhealthy") ? "Unhealthy"
        : Checks.Any(check => check.TimesUnhealthy > 0) ? "Recovered"
        : Checks.Any(check => check.Status == "Starting") ? "Starting"
        : "Healthy";

    /// <summary>Whether no check is unhealthy.</summary>
    public bool Healthy => Status != "Unhealthy";

    /// <summary>The checks: those of the run as a whole, then those of its operations.</summary>
    public LabHealthState[] Checks { get; internal init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Status} ({LabDisplay.Count(Checks.Length, "check")})";

    /// <summary>The health of a run that has ended; nothing where nothing was watched.</summary>
    internal static LabRunHealth? Of(RunResult? result, IReadOnlyList<string> names, DateTime started, bool watched)
    {
        LabHealthState[] checks =
        [
            .. (result?.Health ?? []).Select(check => LabHealthState.Of(null, started, check)),
            .. (result?.Operations ?? []).Where(operation => operation.Index >= 0 && operation.Index < names.Count)
                .SelectMany(operation => operation.Health.Select(check => LabHealthState.Of(names[operation.Index], started, check))),
        ];
        return watched || checks.Length > 0 ? new() { Checks = checks } : null;
    }
}
