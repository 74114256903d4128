using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Cmdlets;

/// <summary>Writes an error as it is, with its own position: what Write-Error does for records that it makes itself only.</summary>
[Cmdlet(VerbsCommunications.Write, "LabError")]
internal sealed class WriteLabErrorCommand : Cmdlet
{
    /// <summary>The error.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ErrorRecord ErrorRecord { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteError(ErrorPosition.Keep(ErrorRecord));
}
