using System.Management.Automation;
using LabRunner.Labs;
using LabRunner.Runs;

namespace LabRunner.Cmdlets;

/// <summary>Tells what is known of labs: their last runs, and whether this machine can run them.</summary>
[Cmdlet(VerbsCommon.Get, "LabStatus")]
[OutputType(typeof(LabStatusReport), typeof(LabStatus))]
public sealed class GetLabStatusCommand : QueryCommand
{
    /// <summary>One lab.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string? LabName { get; set; }

    /// <summary>Adds all runs that are known.</summary>
    [Parameter]
    public SwitchParameter IncludeHistory { get; set; }

    /// <summary>Adds what this machine can do, and the default configuration.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        if (!string.IsNullOrEmpty(LabName))
        {
            WriteObject(LabHistory.Lab(LabName, IncludeHistory));
            return;
        }

        var support = ParallelSupport.Look(Voice);
        WriteObject(new LabStatusReport(support, DefaultConfiguration(), LabHistory.Labs(IncludeHistory), Detailed));
    }

    private LabConfigNode? DefaultConfiguration()
    {
        try
        {
            return LabFile.ReadDocument(LabFile.FullPath(Voice, GetLabConfigCommand.DefaultPath)).Document is { } document
                ? ConfigValues.Mapping(document)
                : null;
        }
        catch (LabRunnerException)
        {
            // That there is none is the usual case and no error here.
            return null;
        }
    }
}
