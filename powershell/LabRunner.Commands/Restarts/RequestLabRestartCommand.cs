using System.Collections;
using System.Management.Automation;
using LabRunner.Cmdlets;
using LabRunner.Errors;
using LabRunner.Pilot;
using LabRunner.Workers;

namespace LabRunner.Restarts;

/// <summary>Asks, inside an operation, for a restart of the machine: the run is parked when nothing of it runs any more.</summary>
[Cmdlet(VerbsLifecycle.Request, "LabRestart")]
public sealed class RequestLabRestartCommand : QueryCommand
{
    /// <summary>Why, for people.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    [AllowEmptyString]
    public string? Reason { get; set; }

    /// <summary>Runs the operation again after the restart.</summary>
    [Parameter]
    public SwitchParameter Rerun { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var reason = Reason ?? "";
        if (Worker.OnThisThread?.Taken is { } open)
        {
            open.Run.RequestRestart(open.Operation, open.Attempt, reason, Rerun);
        }
        else if (ChildOutput.Operation is not null)
        {
            ChildOutput.Write(FrameKind.Restart, new Hashtable { ["Reason"] = reason, ["Rerun"] = Rerun.IsPresent });
        }
        else
        {
            throw LabRunnerError.NotInOperation("Request-LabRestart");
        }
    }
}
