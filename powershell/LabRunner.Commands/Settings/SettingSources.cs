using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;
using LabRunner.Operations;

namespace LabRunner.Settings;

/// <summary>
/// Finds out what the module's settings are: what this process was told, else an environment variable, else what
/// ConfigurationCore has, else the user's file, else the module's own value.
/// </summary>
internal static class SettingSources
{
    internal const string Process = "Process";
    internal const string Variable = "Environment";
    internal const string Core = "ConfigurationCore";
    internal const string User = "User";
    internal const string Default = "Default";

    // Only a module that is loaded is asked: to load one is not for a question about settings.
    private const string AskCore = """
        $module = Get-Module -Name ConfigurationCore
        if ($module -and $module.ExportedCommands.ContainsKey('Get-ModuleConfiguration')) {
            & $module.ExportedCommands['Get-ModuleConfiguration'] -ModuleName LabRunner
        }
        """;

    private static readonly ConcurrentDictionary<string, object> OfProcess = new();

    /// <summary>Everything as it holds now.</summary>
    /// <param name="caller">Whose session is asked for ConfigurationCore; without one that is left out.</param>
    /// <exception cref="LabRunnerException">A value somewhere is not allowed, or the file cannot be read.</exception>
    internal static LabRunnerConfiguration Look(PSCmdlet? caller)
    {
        var path = SettingsFile.Path;
        var file = SettingsFile.Read(path);
        var core = caller is null ? [] : OfCore(caller);
        return new LabRunnerConfiguration([.. ModuleSettings.All.Select(setting => Resolve(setting, core, file, path))], path);
    }

    /// <summary>Sets a value for this process; nothing takes it away.</summary>
    internal static void ForProcess(Setting setting, object? value)
    {
        if (value is null)
        {
            OfProcess.TryRemove(setting.Name, out _);
        }
        else
        {
            OfProcess[setting.Name] = value;
        }
    }

    /// <summary>Keys of the user's file that are not settings.</summary>
    internal static IEnumerable<string> Unknown(JsonObject file) =>
        file.Select(entry => entry.Key).Where(key => !key.StartsWith('$') && ModuleSettings.Find(key) is null);

    private static LabSetting Resolve(Setting setting, Dictionary<string, object?> core, JsonObject? file, string path)
    {
        if (OfProcess.TryGetValue(setting.Name, out var told))
        {
            return Found(told, Process, null);
        }

        if (Environment.GetEnvironmentVariable(setting.Variable) is { Length: > 0 } text)
        {
            return Found(setting.Checked(text, $"the environment variable {setting.Variable}", setting.Variable), Variable, setting.Variable);
        }

        if (core.TryGetValue(setting.Name, out var shared))
        {
            return Found(setting.Checked(shared, "ConfigurationCore, for the module LabRunner", Core), Core, null);
        }

        foreach (var (key, value) in file ?? [])
        {
            if (value is not null && ModuleSettings.Find(key) == setting)
            {
                return Found(setting.Checked(Plain(value), $"'{path}'", path), User, path);
            }
        }

        return Found(setting.Default, Default, null);

        LabSetting Found(object? value, string origin, string? source) => new()
        {
            Name = setting.Name,
            Value = value,
            Origin = origin,
            Source = source,
            Default = setting.Default,
            Allowed = setting.Allowed,
            EnvironmentVariable = setting.Variable,
            Description = setting.Description,
        };
    }

    private static object Plain(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True => (object)true,
        JsonValueKind.False => (object)false,
        JsonValueKind.Number => (object)value.AsValue().GetValue<double>(),
        JsonValueKind.String => (object)value.AsValue().GetValue<string>(),
        JsonValueKind.Array => value.AsArray().Select(item => item is null ? null : Plain(item)).ToArray(),
        _ => value,
    };

    // Its schema for LabRunner has names of its own, and seconds where ours are minutes.
    private static Dictionary<string, object?> OfCore(PSCmdlet caller)
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        FieldMap? map;
        try
        {
            map = FieldMap.Of(caller.InvokeCommand.InvokeScript(AskCore).FirstOrDefault());
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            caller.WriteVerbose($"ConfigurationCore has nothing for LabRunner: {error.Message}");
            return values;
        }

        if (map is null)
        {
            return values;
        }

        foreach (var setting in ModuleSettings.All)
        {
            if (map.Take(setting.Name) is { } own)
            {
                values[setting.Name] = own;
            }
        }

        if (map.Take("MaxConcurrentJobs") is { } jobs)
        {
            values.TryAdd(ModuleSettings.MaxConcurrency.Name, jobs);
        }

        if (map.Take("EnableParallelExecution") is { } parallel && !LanguagePrimitives.IsTrue(parallel))
        {
            values[ModuleSettings.MaxConcurrency.Name] = 1;
        }

        if (map.Take("DefaultTimeout") is { } seconds)
        {
            values.TryAdd(
                ModuleSettings.DefaultTimeoutMinutes.Name,
                LanguagePrimitives.TryConvertTo(seconds, CultureInfo.InvariantCulture, out double number) ? number / 60 : seconds);
        }

        return values;
    }
}
