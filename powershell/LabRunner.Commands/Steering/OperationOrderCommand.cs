using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Records;

namespace LabRunner.Steering;

/// <summary>An order about operations of a run that is under way.</summary>
public abstract class OperationOrderCommand : SteerCommand
{
    /// <summary>The operations, by name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LabRunOperationCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The run's name; wildcards are allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    [SupportsWildcards]
    public string[] RunName { get; set; } = [];

    /// <summary>Gives an order about each operation.</summary>
    private protected void Order(string order, string question)
    {
        foreach (var run in Meant(RunName, ended: false))
        {
            foreach (var operation in Name)
            {
                ForEach([run], _ =>
                {
                    if (Voice.ShouldProcess($"operation '{operation}' of {Called(run)}", question))
                    {
                        Send(run, order, operation);
                    }
                });
            }
        }
    }
}
