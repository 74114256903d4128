using System.Management.Automation;
using LabRunner.Settings;

namespace LabRunner.Cmdlets;

/// <summary>Takes settings of the module back, so that they are what they would be without them.</summary>
[Cmdlet(VerbsCommon.Reset, "LabRunnerConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(LabRunnerConfiguration))]
public sealed class ResetLabRunnerConfigurationCommand : QueryCommand
{
    /// <summary>The settings; all when absent. Wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabSettingCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Where they are taken back.</summary>
    [Parameter]
    public LabSettingScope Scope { get; set; }

    /// <summary>Returns the configuration as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var settings = Name is null ? [.. ModuleSettings.All] : SettingNames.Find(Name);
        var path = SettingsFile.Path;
        var where = Scope == LabSettingScope.User ? path : "this process";
        if (Voice.ShouldProcess(where, Name is null ? "Take all settings back" : $"Take back {string.Join(", ", settings.Select(setting => setting.Name))}"))
        {
            if (Scope == LabSettingScope.Process)
            {
                foreach (var setting in settings)
                {
                    SettingSources.ForProcess(setting, null);
                }
            }
            else if (File.Exists(path))
            {
                SettingsFile.Change(path, content =>
                {
                    foreach (var key in content.Select(entry => entry.Key).Where(key => ModuleSettings.Find(key) is { } setting && settings.Contains(setting)).ToArray())
                    {
                        content.Remove(key);
                    }
                });
            }
        }

        if (PassThru)
        {
            WriteObject(SettingSources.Look(Voice));
        }
    }
}
