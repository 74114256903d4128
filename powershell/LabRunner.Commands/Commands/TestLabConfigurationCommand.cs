using System.Management.Automation;
using LabRunner.Config;

namespace LabRunner.Commands;

/// <summary>Checks lab configurations without running anything.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LabConfiguration", DefaultParameterSetName = ByPath)]
[OutputType(typeof(LabConfigurationTest), typeof(bool))]
public sealed class TestLabConfigurationCommand : QueryCommand
{
    private const string ByPath = "Path";
    private const string ByObject = "Configuration";

    private readonly List<string> _paths = [];

    /// <summary>The lab files; wildcards are allowed.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [Alias("ConfigPath", "ConfigurationPath", "FullName")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>A configuration as a dictionary or an object with operations.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject)]
    [ValidateNotNull]
    public object? Configuration { get; set; }

    /// <summary>The environment whose changes are merged over the lab.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [ArgumentCompleter(typeof(LabEnvironmentCompleter))]
    public string? Environment { get; set; }

    /// <summary>Returns only whether the configuration is valid.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _paths.AddRange(Path);

    /// <inheritdoc/>
    private protected override void Answer()
    {
        if (Configuration is not null)
        {
            Write(LabConfigurationCheck.Object(Voice, Configuration));
            return;
        }

        foreach (var path in _paths.SelectMany(path => LabPaths.Expanded(Voice, path)))
        {
            Write(LabConfigurationCheck.File(Voice, path, Environment));
        }
    }

    private void Write(LabConfigurationTest test) => WriteObject(Quiet ? test.Valid : test);
}
