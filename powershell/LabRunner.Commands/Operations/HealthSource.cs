using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Operations;

/// <summary>Reads how it is checked that what an operation has made is well: <c>HealthChecks</c>, and what is done when it is not.</summary>
internal sealed class HealthSource(PSCmdlet caller, List<LabFinding> findings, KeyCheck keys)
{
    private static readonly string[] Remedies = ["restart", "rerun", "compensate", "fail", "notify"];

    /// <summary>The core's own documents; nothing when the operation has no checks.</summary>
    internal List<object?>? Read(FieldMap fields, string operation)
    {
        if (fields.Take("HealthChecks", "HealthCheck") is not { } given)
        {
            return null;
        }

        var items = given is not (string or IDictionary) && LanguagePrimitives.GetEnumerable(given) is { } list ? list.Cast<object?>() : [given];
        return [.. items.Select(item => One(item, operation)).OfType<Dictionary<string, object?>>()];
    }

    private Dictionary<string, object?>? One(object? item, string operation)
    {
        var plain = item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;
        if (plain is string address)
        {
            return new() { ["check"] = Address(address) };
        }

        if (plain is ScriptBlock block)
        {
            return new() { ["check"] = Script(block) };
        }

        if (FieldMap.Of(plain) is not { } fields)
        {
            Refuse($"A health check of operation '{operation}' is neither an address, a script block nor a hashtable.", operation, Advice);
            return null;
        }

        var document = new Dictionary<string, object?>();
        if (Text(fields.Take("Name")) is { } name)
        {
            document["name"] = name;
        }

        var question = Question(fields, operation);
        Time(fields, "Interval", "interval_ms", operation, document, zero: false, "CheckInterval");
        Time(fields, "Timeout", "timeout_ms", operation, document, zero: false);
        Time(fields, "StartPeriod", "start_period_ms", operation, document, zero: true);
        Time(fields, "Grace", "grace_ms", operation, document, zero: true);
        Number(fields, "Retries", "retries", operation, document);
        Number(fields, "Budget", "budget", operation, document);
        if (Text(fields.Take("OnFailure")) is { } remedy)
        {
            if (Remedies.Contains(remedy.Trim(), StringComparer.OrdinalIgnoreCase))
            {
                document["on_failure"] = remedy.Trim().ToLowerInvariant();
            }
            else
            {
                Refuse($"The OnFailure '{remedy}' of a health check of operation '{operation}' does not exist.", operation, "Write Restart, Rerun, Compensate, Fail or Notify.");
            }
        }

        if (fields.Take("Notify") is { } notify)
        {
            document["notify"] = notify is ScriptBlock or string ? Script(notify) : FieldMap.Of(notify) is { } program ? Program(program, operation) : null;
        }

        keys.Report(fields, operation, "HealthChecks", "HealthChecks");
        if (question is null)
        {
            Refuse($"A health check of operation '{operation}' does not say what to ask.", operation, Advice);
            return null;
        }

        document["check"] = question;
        return document;
    }

    /// <summary>An operation that asks a URL until it is answered as it should be.</summary>
    internal FileWork Wait(FieldMap fields, string operation)
    {
        var check = new Dictionary<string, object?> { ["interval_ms"] = 2_000L, ["check"] = Question(fields, operation) };
        if (check["check"] is not Dictionary<string, object?> asked || !asked.ContainsKey("http"))
        {
            Refuse($"Operation '{operation}' has no URL to ask.", operation, "Add Url = 'https://…'.");
            check["check"] = new Dictionary<string, object?> { ["http"] = new Dictionary<string, object?> { ["url"] = "http://localhost/" } };
        }

        Time(fields, "Interval", "interval_ms", operation, check, zero: false);
        var spec = new Dictionary<string, object?> { ["checks"] = new List<object?> { check }, ["within_ms"] = 60_000L };
        Time(fields, "Within", "within_ms", operation, spec, zero: false);
        return new FileWork("checks", spec);
    }

    private const string Advice = "Write Http = 'http://…', Tcp = 'host:port', Ping = 'host', Dns = 'name', Command = 'program' or ScriptBlock = { … }.";

    private Dictionary<string, object?>? Question(FieldMap fields, string operation)
    {
        var status = fields.Take("Status", "ExpectedStatus");
        var insecure = fields.Take("Insecure");
        var body = Text(fields.Take("Body"));
        if (Text(fields.Take("Http", "Url", "Endpoint")) is { } url)
        {
            var get = new Dictionary<string, object?> { ["url"] = url };
            if (status is not null)
            {
                var numbers = (LanguagePrimitives.GetEnumerable(status) ?? new[] { status }).Cast<object?>();
                List<long?> statuses = [.. numbers.Select(it => LanguagePrimitives.TryConvertTo(it, out long number) ? number : (long?)null)];
                if (statuses.Contains(null))
                {
                    Refuse($"The Status '{string.Join(", ", numbers)}' of a health check of operation '{operation}' is not a number.", operation, "Write a status such as 200, or a list of them.");
                }
                else
                {
                    get["status"] = statuses;
                }
            }

            if (insecure is not null && Flags.Read(insecure) == true)
            {
                get["insecure"] = true;
            }

            if (body is not null)
            {
                get["body"] = body;
            }

            return new() { ["http"] = get };
        }

        if (Text(fields.Take("Tcp")) is { } tcp)
        {
            return new() { ["tcp"] = tcp };
        }

        if (Text(fields.Take("Ping")) is { } host)
        {
            return new() { ["host"] = host };
        }

        if (Text(fields.Take("Dns")) is { } dns)
        {
            return new() { ["dns"] = dns };
        }

        if (fields.Take("ScriptBlock", "Script") is { } script)
        {
            return Script(script);
        }

        return fields.Has("Command") ? Program(fields, operation) : null;
    }

    private Dictionary<string, object?>? Program(FieldMap fields, string operation) =>
        Text(fields.Take("Command")) is { } command
            ? new() { ["command"] = ((ProcessWork)new ProcessSource(caller, findings, keys).Read(fields, command, operation)).Spec }
            : null;

    // It runs in a PowerShell of its own, so its text is all that counts.
    private static Dictionary<string, object?> Script(object script) => new() { ["script"] = script.ToString() };

    private static Dictionary<string, object?> Address(string address) =>
        address.Contains("://", StringComparison.Ordinal)
            ? new() { ["http"] = new Dictionary<string, object?> { ["url"] = address } }
            : new() { ["tcp"] = address };

    private void Time(FieldMap fields, string key, string name, string operation, Dictionary<string, object?> document, bool zero, string? alias = null)
    {
        if ((alias is null ? fields.Take(key) : fields.Take(key, alias)) is not { } value)
        {
            return;
        }

        if (Durations.Pause(value) is { } time && (zero || time > TimeSpan.Zero))
        {
            document[name] = (long)Math.Ceiling(time.TotalMilliseconds);
            return;
        }

        Refuse($"The {key} '{value}' of operation '{operation}' is not a time{(zero ? "" : " above zero")}.", operation, "Write a number of seconds, or a text such as '500ms' or '2m'.");
    }

    private void Number(FieldMap fields, string key, string name, string operation, Dictionary<string, object?> document)
    {
        if (fields.Take(key) is not { } value)
        {
            return;
        }

        if (LanguagePrimitives.TryConvertTo(value, out int number) && number >= 0)
        {
            document[name] = (long)number;
            return;
        }

        Refuse($"The {key} '{value}' of a health check of operation '{operation}' is not a whole number.", operation, "Write it in digits.");
    }

    private void Refuse(string message, string operation, string advice) =>
        findings.Add(new LabFinding(LabRunnerError.InvalidValue, message, operation, advice));

    private static string? Text(object? value) => value is null ? null : LanguagePrimitives.ConvertTo<string>(value);
}
