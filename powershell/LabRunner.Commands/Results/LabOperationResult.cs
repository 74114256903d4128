using System.Management.Automation;

namespace LabRunner;

/// <summary>What became of one operation.</summary>
/// <remarks>The order of the properties is the order in which PowerShell shows and exports them.</remarks>
public sealed class LabOperationResult
{
    /// <summary>The operation's name.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Its second name, when it has one.</summary>
    public string? Id { get; internal init; }

    /// <summary>Its type as declared (<c>Deploy</c>, <c>Validate</c> …).</summary>
    public string? Type { get; internal init; }

    /// <summary>Whether it succeeded.</summary>
    public bool Success => Status == OperationStatus.Succeeded;

    /// <summary>How it ended.</summary>
    public OperationStatus Status { get; internal set; }

    /// <summary>All objects it wrote to its output, in order.</summary>
    public object?[] Output { get; internal set; } = [];

    /// <summary>Its output as a caller would get it: nothing, the one object, or an array.</summary>
    public object? Result => Output.Length switch { 0 => null, 1 => Output[0], _ => Output };

    /// <summary>Why it did not succeed, as text.</summary>
    public string? Error { get; internal set; }

    /// <summary>Why it did not succeed, as the error record with its position.</summary>
    public ErrorRecord? ErrorRecord { get; internal set; }

    /// <summary>All errors it wrote, also those that did not end it.</summary>
    public ErrorRecord[] Errors { get; internal set; } = [];

    /// <summary>All warnings it wrote.</summary>
    public WarningRecord[] Warnings { get; internal set; } = [];

    /// <summary>Everything it wrote besides its output, in true order, as far as <c>-KeepRecords</c> allows.</summary>
    public LabRecord[] Records { get; internal set; } = [];

    /// <summary>Whether <see cref="Records"/> lacks some from the middle.</summary>
    public bool Truncated { get; internal set; }

    /// <summary>Whether it wrote errors.</summary>
    public bool HadErrors { get; internal set; }

    /// <summary>Why it was never started.</summary>
    public SkipReason? SkippedBecause { get; internal set; }

    /// <summary>The exit code of a program, or of a script that used <c>exit</c>.</summary>
    public int? ExitCode { get; internal set; }

    /// <summary>When it started, its last attempt if there were several, in local time; nothing for one that never did.</summary>
    public DateTime? StartTime { get; internal set; }

    /// <summary>When it ended, in local time.</summary>
    public DateTime? EndTime { get; internal set; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Whether its rollback succeeded; nothing for one that was not to be undone.</summary>
    public bool? RolledBack { get; internal set; }

    /// <summary>The worker that ran it: <c>LabRunner worker n</c> of Get-Runspace.</summary>
    public int? WorkerId { get; internal set; }

    /// <summary>The file that has the output of a program.</summary>
    public string? LogPath { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => Error is null ? $"{Name}: {Status}" : $"{Name}: {Status} ({Error})";
}

/// <summary>Why an operation was never started.</summary>
/// <param name="Kind"><c>dependency</c>, <c>not-triggered</c>, <c>run-stopped</c>, <c>run-canceled</c>, <c>run-timeout</c>, <c>nothing-to-watch</c> or <c>held-by-service</c>.</param>
/// <param name="Operation">The operation that is the cause, when one is.</param>
/// <param name="Message">The same as a sentence.</param>
public sealed record SkipReason(string Kind, string? Operation, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Message;
}
