using System.Management.Automation;
using LabRunner.Records;

namespace LabRunner.Steering;

/// <summary>An order to whole runs.</summary>
public abstract class RunOrderCommand : SteerCommand
{
    /// <summary>Runs under way of these names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Returns the runs, as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Gives each run that is meant the same order.</summary>
    private protected void Order(string order, string question, bool kill = false) => ForEach(Meant(Name, ended: false), run =>
    {
        if (!Voice.ShouldProcess(Called(run), question))
        {
            return;
        }

        Send(run, order, kill: kill);
        if (PassThru)
        {
            WriteObject(Look(run.Directory!));
        }
    });
}
