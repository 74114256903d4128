using System.Management.Automation;

namespace LabRunner.Cmdlets;

/// <summary>Tells how much of the machine is in use, and how much by this process.</summary>
[Cmdlet(VerbsCommon.Get, "SystemResourceUsage")]
[OutputType(typeof(LabSystemUsage))]
public sealed class GetSystemResourceUsageCommand : QueryCommand
{
    /// <summary>How long is looked, in milliseconds.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 60_000)]
    public int WindowMilliseconds { get; set; }

    /// <inheritdoc/>
    private protected override void Answer() => WriteObject(LabSystemUsage.Look(TimeSpan.FromMilliseconds(WindowMilliseconds)));
}
