using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Execution;

/// <summary>Reports the operation that has ended and takes the next one; <c>$false</c> ends the worker's loop.</summary>
[Cmdlet(VerbsCommunications.Receive, "LabWork")]
internal sealed class NextCommand : PSCmdlet
{
    private Worker? _worker;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _worker = Worker.OnThisThread;
        WriteObject(_worker is not null && _worker.Next(this));
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _worker?.Interrupt();
}

/// <summary>Takes the error that ended an operation.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LabWork")]
internal sealed class FailCommand : Cmdlet
{
    /// <summary>The error.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    public ErrorRecord ErrorRecord { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Worker.OnThisThread?.Fail(ErrorRecord);
}

/// <summary>Looks at the exit code of a script file that has ended.</summary>
[Cmdlet(VerbsLifecycle.Complete, "LabWork")]
internal sealed class ExitCommand : Cmdlet
{
    /// <summary>The last exit code.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? ExitCode { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (LanguagePrimitives.TryConvertTo(ExitCode, out int code) && code != 0)
        {
            Worker.OnThisThread?.FileExited(code);
        }
    }
}

/// <summary>Stands in for a script file that does not exist.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LabMissingScript")]
internal sealed class MissingScriptCommand : PSCmdlet
{
    /// <summary>Its path.</summary>
    [Parameter(Mandatory = true)]
    public string Path { get; set; } = "";

    /// <inheritdoc/>
    protected override void EndProcessing() => ThrowTerminatingError(LabRunnerError.NoScript(Path).ErrorRecord);
}
