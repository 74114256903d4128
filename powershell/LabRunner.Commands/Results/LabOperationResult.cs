using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>The outcome of one operation.</summary>
/// <remarks>
/// The order of the properties is the order in which PowerShell shows and exports them. All values are plain, so that a result can be
/// written to a file or as JSON to any depth; <see cref="LiveRecords"/> adds the error and warning records themselves for scripts.
/// </remarks>
public sealed class LabOperationResult
{
    /// <summary>The operation's name.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Its second name, when it has one.</summary>
    public string? Id { get; internal init; }

    /// <summary>Its type as declared (<c>Deploy</c>, <c>Validate</c> …).</summary>
    public string? Type { get; internal init; }

    /// <summary>Whether it succeeded.</summary>
    public bool Success => Ending == OperationStatus.Succeeded;

    /// <summary>How it ended: <c>Succeeded</c>, <c>Failed</c>, <c>TimedOut</c>, <c>Canceled</c>, <c>Skipped</c> or <c>Abandoned</c>.</summary>
    public string Status => Ending.ToString();

    /// <summary>The same as a value of its own type; text is what survives every format that results are saved in.</summary>
    internal OperationStatus Ending { get; set; }

    /// <summary>The outcome on one line: the error, why it was skipped, or what it returned.</summary>
    public string Outcome => LabDisplay.Outcome(this);

    /// <summary>All objects it wrote to its output, in order; in the background the first and last of very many. In PowerShell, the objects themselves.</summary>
    public object?[] Output => IsPlain ? Live : [.. Live.Select(PlainValue.Of)];

    /// <summary>Its output as a caller would get it: nothing, the one object, or an array.</summary>
    public object? Result => Single(Output);

    /// <summary>Why it did not succeed, as text.</summary>
    public string? Error { get; internal set; }

    /// <summary>Why it did not succeed, with position and stack. In PowerShell, the error record itself.</summary>
    public LabError? ErrorRecord => Failure is { } failure ? LabError.Of(failure) : null;

    /// <summary>All errors it wrote, also those that did not end it. In PowerShell, the error records themselves.</summary>
    public LabError[] Errors => [.. ErrorRecords.Select(LabError.Of)];

    /// <summary>All warnings it wrote. In PowerShell, the warning records with their positions.</summary>
    public WarningRecord[] Warnings => [.. WarningRecords.Select(warning => (WarningRecord)LabRecord.WithoutPosition(warning))];

    /// <summary>The objects of its output.</summary>
    internal object?[] Live { get; set; } = [];

    /// <summary>The same as a caller would get it.</summary>
    internal object? LiveResult => Single(Live);

    /// <summary>Whether none of them leads out of itself; known when the result is final.</summary>
    internal bool IsPlain { get; set; } = true;

    /// <summary>The error record of what ended it.</summary>
    internal ErrorRecord? Failure { get; set; }

    /// <summary>The error records it wrote.</summary>
    internal ErrorRecord[] ErrorRecords { get; set; } = [];

    /// <summary>The warning records it wrote.</summary>
    internal WarningRecord[] WarningRecords { get; set; } = [];

    /// <summary>Everything it wrote besides its output, in true order, as far as <c>-KeepRecords</c> allows.</summary>
    public LabRecord[] Records { get; internal set; } = [];

    /// <summary>Whether <see cref="Records"/> lacks some from the middle, or <see cref="Output"/> of a run in the background.</summary>
    public bool Truncated { get; internal set; }

    /// <summary>Whether it wrote errors.</summary>
    public bool HadErrors { get; internal set; }

    /// <summary>Why it was never started.</summary>
    public SkipReason? SkippedBecause { get; internal set; }

    /// <summary>The exit code of a program, or of a script that used <c>exit</c>.</summary>
    public int? ExitCode { get; internal set; }

    /// <summary>When its last attempt started, in local time; null for one that never did.</summary>
    public DateTime? StartTime { get; internal set; }

    /// <summary>When it ended, in local time.</summary>
    public DateTime? EndTime { get; internal set; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>The number of attempts.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Whether its rollback succeeded; null for one that was not to be undone.</summary>
    public bool? RolledBack { get; internal set; }

    /// <summary>The id of the run that it succeeded in, when it was kept from there and not run again.</summary>
    public string? KeptFrom { get; internal set; }

    /// <summary>Whether it was up to date, so that it did not have to run; it counts as succeeded.</summary>
    public bool UpToDate { get; internal set; }

    /// <summary>The worker that ran it: <c>LabRunner worker n</c> of Get-Runspace.</summary>
    public int? WorkerId { get; internal set; }

    private static object? Single(object?[] output) => output.Length switch { 0 => null, 1 => output[0], _ => output };

    /// <inheritdoc/>
    public override string ToString() => Error is null ? $"{Name}: {Status}" : $"{Name}: {Status} ({Error})";
}

/// <summary>Why an operation was never started.</summary>
/// <param name="Kind"><c>dependency</c>, <c>not-triggered</c>, <c>run-stopped</c>, <c>run-canceled</c>, <c>run-timeout</c>, <c>nothing-to-watch</c> or <c>held-by-service</c>.</param>
/// <param name="Operation">The operation that is the cause, when one is.</param>
/// <param name="Message">The same as a sentence.</param>
public sealed record SkipReason(string Kind, string? Operation, string Message)
{
    /// <summary>The same for a narrow column.</summary>
    internal string Short => Message.StartsWith($"it depends on '{Operation}', which ", StringComparison.OrdinalIgnoreCase)
        ? $"'{Operation}' {Message[$"it depends on '{Operation}', which ".Length..]}"
        : Message;

    /// <inheritdoc/>
    public override string ToString() => Message;

    /// <summary>The reason as the core has it.</summary>
    internal static SkipReason? Of(LabScheduleSkip? because) => because is null ? null : new SkipReason(because.Kind, because.Operation, because.Message);
}
