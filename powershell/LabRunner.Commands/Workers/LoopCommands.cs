using System.Management.Automation;

namespace LabRunner.Workers;

/// <summary>Shows the worker the session that its pipeline runs in.</summary>
[Cmdlet(VerbsCommon.Enter, "LabWork")]
internal sealed class BeginCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WorkerLoop.OnThisThread?.Runspace.Enter(this);
}

/// <summary>Takes the error that ended an operation.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LabWork")]
internal sealed class FailCommand : Cmdlet
{
    /// <summary>The error.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    public ErrorRecord ErrorRecord { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WorkerLoop.OnThisThread?.Fail(ErrorRecord);
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
            WorkerLoop.OnThisThread?.FileExited(code);
        }
    }
}
