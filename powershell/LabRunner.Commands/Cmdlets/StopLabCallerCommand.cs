using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Cmdlets;

/// <summary>Ends the script that called a function whose work did not succeed, where it has asked for that; the module's own.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LabCaller")]
public sealed class StopLabCallerCommand : PSCmdlet
{
    /// <summary>The function that the user called.</summary>
    [Parameter(Mandatory = true)]
    public PSCmdlet Caller { get; set; } = null!;

    /// <summary>The results of its operations; without one that failed, nothing happens.</summary>
    [Parameter(ParameterSetName = "Results", Mandatory = true)]
    [AllowEmptyCollection]
    public LabOperationResult[] Results { get; set; } = [];

    /// <summary>The error, when it is not that of operations.</summary>
    [Parameter(ParameterSetName = "Error", Mandatory = true)]
    public ErrorRecord Error { get; set; } = null!;

    /// <summary>Whether the call asks for it otherwise than by <c>-ErrorAction Stop</c>.</summary>
    [Parameter]
    public SwitchParameter ThrowOnFailure { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if ((ThrowOnFailure || CallerEnd.IsAskedBy(Caller)) && (Error ?? (Results.All(result => result.Success) ? null : LabRunnerError.RunFailed(Results).ErrorRecord)) is { } error)
        {
            CallerEnd.With(Caller, error);
        }
    }
}
