using System.Management.Automation;
using LabRunner.Settings;

namespace LabRunner.Cmdlets;

/// <summary>Shows the module's settings and where each comes from.</summary>
[Cmdlet(VerbsCommon.Get, "LabRunnerConfiguration")]
[OutputType(typeof(LabRunnerConfiguration), typeof(LabSetting))]
public sealed class GetLabRunnerConfigurationCommand : QueryCommand
{
    /// <summary>Only the settings of these names, each as an object of its own; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabSettingCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var configuration = SettingSources.Look(Voice);
        foreach (var key in SettingsFile.Read(configuration.Path) is { } file ? SettingSources.Unknown(file) : [])
        {
            var similar = ModuleSettings.Similar(key);
            Voice.WriteWarning($"'{configuration.Path}' has '{key}', which is not a setting and has no effect.{(similar is null ? "" : $" Did you mean '{similar}'?")}");
        }

        if (Name is null)
        {
            WriteObject(configuration);
            return;
        }

        foreach (var setting in SettingNames.Find(Name))
        {
            WriteObject(configuration.Settings.First(found => found.Name == setting.Name));
        }
    }
}
