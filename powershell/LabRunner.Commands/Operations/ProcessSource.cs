using System.Collections;
using System.Management.Automation;
using System.Security;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Operations;

/// <summary>Makes the work of an operation from the keys of a program: Command, Arguments, Mode, Ready and the rest.</summary>
internal sealed class ProcessSource(PSCmdlet caller, List<LabFinding> findings, KeyCheck keys)
{
    /// <summary>The program to start, or the service to stop.</summary>
    internal OperationWork Read(FieldMap fields, string command, string operation)
    {
        var spec = new Dictionary<string, object?> { ["command"] = Program(command, operation) };
        if (Texts(fields.Take("Arguments", "Args")) is { Count: > 0 } arguments)
        {
            spec["arguments"] = arguments;
        }

        if (Folder(fields.Take("WorkingDirectory", "Cwd"), operation) is { } folder)
        {
            spec["working_directory"] = folder;
        }

        var environment = SessionEnvironment.Changes();
        foreach (var (name, value) in FieldMapOf(fields.Take("Environment", "Env"), "Environment", operation) ?? [])
        {
            environment[name] = value;
        }

        if (environment.Count > 0)
        {
            spec["environment"] = environment;
        }

        if (fields.Take("Mode") is { } mode && Mode(mode, operation) is { } known)
        {
            spec["mode"] = known;
        }

        if (fields.Take("SuccessCodes") is { } codes)
        {
            spec["success_codes"] = Codes(codes, "SuccessCodes", operation);
        }

        if (fields.Take("RestartCodes", "RestartExitCodes") is { } restarts)
        {
            spec["restart_codes"] = Codes(restarts, "RestartCodes", operation);
        }

        if (fields.Take("Ready") is { } ready)
        {
            // A service whose probe is refused must not be said to have none.
            spec["ready"] = Probe(ready, operation) ?? new Dictionary<string, object?> { ["check"] = Check("127.0.0.1:1") };
        }

        if (fields.Take("StopGrace") is { } grace && Seconds(grace, "StopGrace", operation) is { } limit)
        {
            spec["stop_grace_ms"] = limit;
        }

        if (fields.Take("Detached") is { } detached)
        {
            spec["detached"] = Flag(detached, "Detached", operation, "Write Detached = $true for a program that goes on when this PowerShell dies.");
        }

        return new ProcessWork { Spec = spec };
    }

    private string Program(string command, string operation)
    {
        if (command.IndexOfAny(['/', '\\']) < 0 || Path.IsPathRooted(command))
        {
            return command;
        }

        if (CallerPath.Of(caller, command, out var why) is { } full)
        {
            return full;
        }

        findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"Operation '{operation}': the Command '{command}' is not a path of the file system: {why!.Message.TrimEnd('.')}.", operation));
        return command;
    }

    private string? Mode(object value, string operation)
    {
        var mode = LanguagePrimitives.ConvertTo<string>(value).Trim().ToLowerInvariant();
        if (mode is "task" or "service")
        {
            return mode;
        }

        findings.Add(new LabFinding(
            LabRunnerError.InvalidValue,
            $"Operation '{operation}': Mode cannot be '{value}'.",
            operation,
            mode == "stop" ? "An operation that stops a service has a Service and no Command." : "Write 'Task' or 'Service'."));
        return null;
    }

    // A program starts where the caller stands, not where the process happens to.
    private string? Folder(object? given, string operation)
    {
        var place = given is null ? "." : LanguagePrimitives.ConvertTo<string>(given);
        if (CallerPath.Of(caller, place, out var why) is { } full)
        {
            return full;
        }

        if (given is not null)
        {
            findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"Operation '{operation}': the WorkingDirectory '{place}' is not a folder of the file system: {why!.Message.TrimEnd('.')}.", operation));
        }

        return null;
    }

    private Dictionary<string, object?>? FieldMapOf(object? value, string key, string operation)
    {
        if (value is null)
        {
            return null;
        }

        var map = new Dictionary<string, object?>();
        if (value is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                if ((entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value) is SecureString or PSCredential)
                {
                    // As text it would be the name of its type.
                    findings.Add(new LabFinding(
                        LabRunnerError.InvalidValue,
                        $"The value '{entry.Key}' in the {key} of operation '{operation}' is a {(entry.Value is PSObject boxed ? boxed.BaseObject : entry.Value)!.GetType().Name}, which no program can be given.",
                        operation,
                        "Store it, and write 'secret://name': the program gets its text, and nothing else sees it."));
                    continue;
                }

                map[LanguagePrimitives.ConvertTo<string>(entry.Key)] = entry.Value is null ? null : LanguagePrimitives.ConvertTo<string>(entry.Value);
            }

            return map;
        }

        findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"The {key} of operation '{operation}' is not a dictionary.", operation, $"Write {key} = @{{ NAME = 'value' }}."));
        return null;
    }

    private List<long> Codes(object value, string key, string operation)
    {
        var codes = new List<long>();
        foreach (var item in LanguagePrimitives.GetEnumerable(value) ?? new[] { value })
        {
            if (LanguagePrimitives.TryConvertTo(item, out int code))
            {
                codes.Add(code);
            }
            else
            {
                findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"'{item}' in the {key} of operation '{operation}' is not an exit code.", operation));
            }
        }

        return codes;
    }

    private Dictionary<string, object?>? Probe(object ready, string operation)
    {
        var probe = new Dictionary<string, object?>();
        if (ready is string address)
        {
            probe["check"] = Check(address);
            return probe;
        }

        var fields = FieldMap.Of(ready);
        var tcp = fields?.Take("Tcp");
        var http = fields?.Take("Http");
        if (fields is null || (tcp is null) == (http is null))
        {
            findings.Add(new LabFinding(
                LabRunnerError.InvalidValue,
                $"The Ready of operation '{operation}' does not name an address to check.",
                operation,
                "Write Ready = @{ Tcp = 'host:port' } or @{ Http = 'http://…' }."));
            return null;
        }

        probe["check"] = tcp is not null
            ? new Dictionary<string, object?> { ["tcp"] = LanguagePrimitives.ConvertTo<string>(tcp) }
            : new Dictionary<string, object?> { ["http"] = LanguagePrimitives.ConvertTo<string>(http) };
        if (fields.Take("Interval") is { } interval && Seconds(interval, "Ready.Interval", operation) is { } pause)
        {
            probe["interval_ms"] = pause;
        }

        if (fields.Take("Timeout") is { } timeout && Seconds(timeout, "Ready.Timeout", operation) is { } limit)
        {
            probe["timeout_ms"] = limit;
        }

        if (fields.Take("Insecure") is { } insecure)
        {
            probe["insecure"] = Flag(insecure, "Ready.Insecure", operation, "Write Insecure = $true for a service whose certificate this machine does not trust.");
        }

        keys.Report(fields, operation, "Ready", "Ready");
        return probe;
    }

    private static Dictionary<string, object?> Check(string address)
    {
        var tcp = address.StartsWith("tcp://", StringComparison.OrdinalIgnoreCase) ? address[6..] : address;
        return address.Contains("://", StringComparison.Ordinal) && tcp == address
            ? new Dictionary<string, object?> { ["http"] = address }
            : new Dictionary<string, object?> { ["tcp"] = tcp };
    }

    private bool Flag(object value, string key, string operation, string advice)
    {
        if (Flags.Read(value) is { } flag)
        {
            return flag;
        }

        findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"The {key} '{value}' of operation '{operation}' is neither $true nor $false.", operation, advice));
        return false;
    }

    // Of a probe and of a grace a bare number is seconds: minutes would be absurd.
    private long? Seconds(object value, string key, string operation)
    {
        if (Durations.Pause(value) is { } time && time > TimeSpan.Zero)
        {
            return (long)Math.Ceiling(time.TotalMilliseconds);
        }

        findings.Add(new LabFinding(LabRunnerError.InvalidValue, $"Operation '{operation}': {key} '{value}' is not a time above zero.", operation, "Write a number of seconds, or a text such as '500ms' or '2m'."));
        return null;
    }

    private static List<string> Texts(object? value)
    {
        if (value is null)
        {
            return [];
        }

        return value is not string && LanguagePrimitives.GetEnumerable(value) is { } items
            ? [.. items.Cast<object?>().Select(LanguagePrimitives.ConvertTo<string>)]
            : [LanguagePrimitives.ConvertTo<string>(value)];
    }
}
