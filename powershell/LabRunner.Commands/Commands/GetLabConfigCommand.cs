using System.Management.Automation;
using LabRunner.Config;

namespace LabRunner.Commands;

/// <summary>Reads a configuration file into objects.</summary>
[Cmdlet(VerbsCommon.Get, "LabConfig")]
[OutputType(typeof(LabConfigNode))]
public sealed class GetLabConfigCommand : QueryCommand
{
    /// <summary>The file that is read when none is named.</summary>
    internal const string DefaultPath = "configs/lab_config.yaml";

    /// <summary>The file: YAML or JSON.</summary>
    [Parameter(Position = 0)]
    [Alias("ConfigPath", "ConfigurationPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = DefaultPath;

    /// <summary>The environment the configuration is wanted for.</summary>
    [Parameter(Position = 1)]
    public string? Environment { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var path = LabFile.FullPath(Voice, Path);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            Voice.WriteWarning($"The configuration file '{path}' does not exist.");
            return;
        }

        var reading = LabFile.ReadDocument(path);
        if (reading.Errors.Any())
        {
            throw ConfigError.Of(path, reading.Findings);
        }

        foreach (var warning in reading.Warnings)
        {
            Voice.WriteWarning(warning.ToString());
        }

        if (reading.Document is not { } document)
        {
            return;
        }

        var config = ConfigValues.Mapping(document);
        if (!string.IsNullOrEmpty(Environment) && !Environment.Equals(Own(config), StringComparison.OrdinalIgnoreCase))
        {
            Voice.WriteWarning(
                $"Overlays for environments are not available yet: '{path}' is returned as written"
                + (Own(config) is { } own ? $", for '{own}' and not for '{Environment}'." : $", without anything for '{Environment}'."));
        }

        WriteObject(config);
    }

    // `environment: dev`, or a mapping with a name.
    private static string? Own(LabConfigNode config) => (config["environment"] is LabConfigNode node ? node["name"] : config["environment"]) as string;
}
