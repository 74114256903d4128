using System.Management.Automation;
using System.Text.Json;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Json;
using LabRunner.Labs;
using LabRunner.Operations;

namespace LabRunner.Cmdlets;

/// <summary>A format that configuration can be written in.</summary>
public enum LabConfigFormat
{
    /// <summary>YAML 1.2.</summary>
    Yaml,

    /// <summary>JSON.</summary>
    Json,
}

/// <summary>Writes configuration as YAML or JSON.</summary>
[Cmdlet(VerbsData.Export, "LabConfig", SupportsShouldProcess = true, DefaultParameterSetName = ByObject)]
[OutputType(typeof(string))]
public sealed class ExportLabConfigCommand : QueryCommand
{
    private const string ByObject = "InputObject";
    private const string BySource = "Source";

    /// <summary>The configuration: what Get-LabConfig gave, a table or an object.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByObject)]
    [ValidateNotNull]
    public object? InputObject { get; set; }

    /// <summary>A configuration file, which is written as it is: nothing included, merged or filled in.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BySource)]
    [ValidateNotNullOrEmpty]
    public string Source { get; set; } = "";

    /// <summary>The file to write; without it the text is returned.</summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>The format; that of the file's extension when absent, else YAML.</summary>
    [Parameter]
    public LabConfigFormat Format { get; set; }

    /// <summary>Writes over a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var target = string.IsNullOrEmpty(Path) ? null : LabFile.FullPath(Voice, Path);
        var format = MyInvocation.BoundParameters.ContainsKey(nameof(Format)) ? Format
            : System.IO.Path.GetExtension(target)?.ToUpperInvariant() is ".JSON" or ".JSONC" ? LabConfigFormat.Json
            : LabConfigFormat.Yaml;
        var text = Text(format);
        if (target is null)
        {
            WriteObject(text);
            return;
        }

        if (File.Exists(target) && !Force)
        {
            throw LabRunnerError.FileExists(target);
        }

        if (Voice.ShouldProcess(target, "Write the configuration"))
        {
            WholeFile.Write(target, text);
        }
    }

    private string Text(LabConfigFormat format)
    {
        var source = ParameterSetName == BySource ? LabFile.FullPath(Voice, Source) : null;
        var (text, findings) = source is null
            ? LabFile.Export(null, ConfigJson.Of(InputObject), format)
            : LabFile.Export(source, null, format);
        return text ?? throw ConfigError.Of(source ?? "configuration", findings);
    }
}
