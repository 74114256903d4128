using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Labs;
using LabRunner.Operations;
using LabRunner.Runs;

namespace LabRunner.Cmdlets;

/// <summary>Checks lab configurations without running anything.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LabConfiguration", DefaultParameterSetName = ByPath)]
[OutputType(typeof(LabConfigurationTest), typeof(bool), typeof(string))]
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

    /// <summary>Writes the findings as text, all files in one; a lab that is not valid is an error then.</summary>
    [Parameter]
    public LabFindingsFormat Format { get; set; }

    /// <summary>With Format, shows the text and returns the objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Takes every unknown key for a fault.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Returns only whether all of it is valid.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _paths.AddRange(Path);

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var tests = Configuration is not null
            ? [LabConfigurationCheck.Object(Voice, Configuration, Strict)]
            : _paths.SelectMany(path => LabPaths.Expanded(Voice, path)).Select(path => LabConfigurationCheck.File(Voice, path, Environment, Strict));
        if (Quiet)
        {
            // Several files are one question: are they valid?
            WriteObject(tests.ToArray().All(test => test.Valid));
            return;
        }

        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Format)))
        {
            foreach (var test in tests)
            {
                WriteObject(test);
            }

            return;
        }

        LabConfigurationTest[] all = [.. tests];
        var text = FindingsText.Of(Format, all, Voice.SessionState.Path.CurrentFileSystemLocation.ProviderPath);
        if (PassThru)
        {
            Voice.WriteInformation(new HostInformationMessage { Message = text }, ["PSHOST"]);
            WriteObject(all, enumerateCollection: true);
        }
        else if (text.Length > 0)
        {
            WriteObject(text);
        }

        // So that $? and the exit code of a pwsh that runs this tell it.
        if (all.Count(test => !test.Valid) is > 0 and var bad)
        {
            Voice.WriteError(LabRunnerError.InvalidLabs(bad, all.Length, all.First(test => !test.Valid).Path).ErrorRecord);
        }
    }
}
