using System.Management.Automation;
using LabRunner.Interop;

namespace LabRunner.Records;

/// <summary>Writes a recorded run as one file, which can be read wherever LabRunner is.</summary>
[Cmdlet(VerbsData.Export, "LabRun", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportLabRunCommand : RecordCommand
{
    /// <summary>The file to write, or a folder for it; the current folder when absent.</summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>Overwrites a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void Answer() => ForEach(Places(), place =>
    {
        var target = FileFor(place, Path, "zip");
        if (Voice.ShouldProcess(target, "Export the recorded run"))
        {
            LabCore.ExportRecord(place, target, Force);
            WriteFile(target);
        }
    });
}
