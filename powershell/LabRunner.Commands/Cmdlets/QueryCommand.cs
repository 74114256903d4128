using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Cmdlets;

/// <summary>What the commands that only look have in common: the caller, and how errors reach it.</summary>
public abstract class QueryCommand : PSCmdlet
{
    /// <summary>The command that the user called; this cmdlet itself when it was called directly.</summary>
    [Parameter(DontShow = true)]
    public PSCmdlet? Caller { get; set; }

    /// <summary>The command through which errors and records are written.</summary>
    private protected PSCmdlet Voice => Caller ?? this;

    /// <inheritdoc/>
    protected override void EndProcessing() => CommandGuard.Run(Voice, Answer);

    /// <summary>Does what the command is for; its LabRunner errors become the caller's.</summary>
    private protected abstract void Answer();
}
