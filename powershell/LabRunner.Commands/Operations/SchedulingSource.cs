using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>Reads when an operation may start and what that means for the others: needs, retries, trigger, limits.</summary>
internal sealed class SchedulingSource(List<LabFinding> findings, KeyCheck keys)
{
    private readonly NeedsSource _needs = new(findings, keys);
    private readonly RetrySource _retries = new(findings, keys);

    /// <summary>The keys of the core's own document; only what the operation says is there.</summary>
    internal Dictionary<string, object?> Read(FieldMap fields, string operation)
    {
        var document = new Dictionary<string, object?>();
        if (_needs.Read(fields, operation) is { } needs)
        {
            document["needs"] = needs;
        }

        if (_retries.Read(fields, operation) is { } retry)
        {
            document["retry"] = retry;
        }

        if (fields.Take("Trigger") is { } trigger && Trigger(trigger, operation) is { } when)
        {
            document["trigger"] = when;
        }

        if (fields.Take("Critical") is { } critical)
        {
            if (Flags.Read(critical) is { } counts)
            {
                document["critical"] = counts;
            }
            else
            {
                Refuse($"The Critical '{critical}' of operation '{operation}' is neither true nor false.", operation, "Write $true or $false.");
            }
        }

        if (fields.Take("Idempotent") is { } idempotent)
        {
            if (Flags.Read(idempotent) is { } harmless)
            {
                document["idempotent"] = harmless;
            }
            else
            {
                Refuse($"The Idempotent '{idempotent}' of operation '{operation}' is neither true nor false.", operation, "Write $true or $false.");
            }
        }

        Time("Estimate", "estimate_ms");
        Time("TotalTimeout", "total_timeout_ms");
        if (OperationReader.Names(fields.Take("WeakDependencies")) is { Count: > 0 } weak)
        {
            document["weak_dependencies"] = weak;
        }

        return document;

        void Time(string spelled, string key)
        {
            if (fields.Take(spelled) is not { } value)
            {
                return;
            }

            if (Durations.Read(value) is { } time)
            {
                document[key] = (long)Math.Ceiling(time.TotalMilliseconds);
            }
            else
            {
                Refuse($"The {spelled} '{value}' of operation '{operation}' is not a positive duration.", operation, "Write minutes, a TimeSpan, or a text such as '30s' or '2h'.");
            }
        }
    }

    private string? Trigger(object value, string operation)
    {
        var spelled = $"{value}".Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Trim().ToLowerInvariant();
        switch (spelled)
        {
            case "allsucceeded":
                return "all-succeeded";
            case "alldone":
                return "all-done";
            case "anyfailed":
                return "any-failed";
            case "always":
                return "always";
            default:
                Refuse($"The Trigger '{value}' of operation '{operation}' does not exist.", operation, "Write AllSucceeded, AllDone, AnyFailed or Always.");
                return null;
        }
    }

    private void Refuse(string message, string operation, string advice) =>
        findings.Add(new LabFinding(LabRunnerError.InvalidValue, message, operation, advice));
}
