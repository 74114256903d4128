using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>Reads when a failed attempt is followed by another one: RetryCount, RetryDelay and Retry.</summary>
internal sealed class RetrySource(List<LabFinding> findings, KeyCheck keys)
{
    /// <summary>The policy as the core's own document has it; nothing when the operation says nothing of it, or nothing sound.</summary>
    internal Dictionary<string, object?>? Read(FieldMap fields, string operation)
    {
        var retry = fields.Take("Retry");
        var count = fields.Take("RetryCount");
        var delay = fields.Take("RetryDelay", "RetryDelaySeconds");
        if (retry is null && count is null && delay is null)
        {
            return null;
        }

        int before = findings.Count;
        FieldMap? map = null;
        if (Amounts.Whole(retry) is not null)
        {
            count = retry;
        }
        else if (retry is not null && (map = FieldMap.Of(retry)) is null)
        {
            Refuse($"The Retry of operation '{operation}' is '{retry}', not a policy.", operation, "Write Retry = 3, or Retry = @{ Count = 3; Delay = '2s' }.");
            return null;
        }

        count = map?.Take("Count") ?? count;
        delay = map?.Take("Delay") ?? delay;
        var policy = new Dictionary<string, object?>();
        if (count is null)
        {
            Refuse($"Operation '{operation}' says how it is retried, but not how often.", operation, "Add RetryCount = 3.");
        }
        else if (Amounts.Whole(count) is { } often and <= uint.MaxValue)
        {
            policy["count"] = often;
        }
        else
        {
            Refuse($"The RetryCount '{count}' of operation '{operation}' is not a number of retries.", operation, "Write 0 or more.");
        }

        Pause(delay, "RetryDelay", "delay_ms");
        if (map is null)
        {
            return Sound();
        }

        Pause(map.Take("MaxDelay"), "MaxDelay", "max_delay_ms");
        if (map.Take("Backoff") is { } backoff)
        {
            policy["backoff"] = $"{backoff}".Trim().ToLowerInvariant();
            if (policy["backoff"] is not ("fixed" or "exponential"))
            {
                Refuse($"The Backoff '{backoff}' of operation '{operation}' does not exist.", operation, "Write 'Fixed' or 'Exponential'.");
            }
        }

        if (map.Take("Jitter") is { } jitter)
        {
            policy["jitter"] = Flags.Read(jitter);
            if (policy["jitter"] is null)
            {
                Refuse($"The Jitter '{jitter}' of operation '{operation}' is neither true nor false.", operation, "Write $true or $false.");
            }
        }

        Patterns("RetryOn", "retry_on");
        Patterns("StopOn", "stop_on");
        keys.Report(map, operation, "Retry", "Retry");
        return Sound();

        // The core would find half a policy malformed, and say so in words of its own.
        Dictionary<string, object?>? Sound() => findings.Skip(before).Any(finding => !finding.IsWarning) ? null : policy;

        void Pause(object? value, string spelled, string key)
        {
            if (value is null)
            {
                return;
            }

            if (Durations.Pause(value) is { } pause)
            {
                policy[key] = (long)Math.Ceiling(pause.TotalMilliseconds);
            }
            else
            {
                Refuse($"The {spelled} '{value}' of operation '{operation}' is not a duration.", operation, "Write a number of seconds, a TimeSpan, or a text such as '500ms' or '2m'.");
            }
        }

        void Patterns(string spelled, string key)
        {
            if (map.Take(spelled) is not { } value)
            {
                return;
            }

            var items = value is not string && LanguagePrimitives.GetEnumerable(value) is { } list ? list : new[] { value };
            policy[key] = items.Cast<object?>().Select(item => LanguagePrimitives.ConvertTo<string>(item)).ToList();
        }
    }

    private void Refuse(string message, string operation, string advice) =>
        findings.Add(new LabFinding(LabRunnerError.InvalidValue, message, operation, advice));
}
