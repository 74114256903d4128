using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Labs;

namespace LabRunner.Cmdlets;

/// <summary>Reads a configuration file into objects.</summary>
[Cmdlet(VerbsCommon.Get, "LabConfig")]
[OutputType(typeof(LabConfigNode), typeof(LabConfigOrigin))]
public sealed class GetLabConfigCommand : QueryCommand
{
    /// <summary>The file that is read when none is named.</summary>
    internal const string DefaultPath = "configs/lab_config.yaml";

    /// <summary>The file: YAML, JSON or psd1.</summary>
    [Parameter(Position = 0)]
    [Alias("ConfigPath", "ConfigurationPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = DefaultPath;

    /// <summary>The environment whose changes are merged over the file.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(LabEnvironmentCompleter))]
    public string? Environment { get; set; }

    /// <summary>Returns where each value comes from, in place of the values.</summary>
    [Parameter]
    public SwitchParameter Explain { get; set; }

    /// <summary>The file alone and as it is written.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        if (Raw && !string.IsNullOrEmpty(Environment))
        {
            throw LabRunnerError.Contradiction("-Raw reads the file as it is written, and -Environment changes it.", "Leave one of them out.");
        }

        var path = LabFile.FullPath(Voice, Path);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            // Callers of old go on without a configuration, and may; under -ErrorAction Stop they do not.
            CommandGuard.Write(Voice, ConfigError.Unreadable(path, "it does not exist").ErrorRecord);
            return;
        }

        var reading = Read(path);
        if (reading.Errors.Any())
        {
            throw ConfigError.Of(path, reading.Findings);
        }

        foreach (var warning in reading.Warnings)
        {
            Voice.WriteWarning(warning.Explained);
        }

        if (Explain)
        {
            WriteObject((reading.Origins ?? []).Select(LabConfigOrigin.Of), enumerateCollection: true);
        }
        else if (reading.Document is { } document)
        {
            WriteObject(ConfigValues.Mapping(document));
        }
    }

    private ConfigReading Read(string path)
    {
        var options = new LabReadOptions { Environment = Environment, Explain = Explain, Raw = Raw };
        var reading = LabFile.ReadDocument(path, options);
        if (reading.Errors.ToArray() is not [{ Id: "LabRunner.UnknownEnvironment" } unknown])
        {
            return reading;
        }

        // A call that reads a configuration for an environment wants it, with changes or without; a run must know.
        Voice.WriteWarning($"{unknown.Message} in '{path}'; it is returned as written. {unknown.Advice}");
        return LabFile.ReadDocument(path, options with { Environment = null });
    }
}
