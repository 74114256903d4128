using LabRunner.Interop;

namespace LabRunner;

/// <summary>Why an operation of a run ran, or did not.</summary>
public sealed class LabRunReason
{
    /// <summary>The operation's name.</summary>
    public string Operation { get; private init; } = "";

    /// <summary>Whether it ran.</summary>
    public bool Ran { get; private init; }

    /// <summary>Why, in a few words: the one reason that it leads back to.</summary>
    public string Why { get; private init; } = "";

    /// <summary>How many operations it drew along, directly or not.</summary>
    public int Drew { get; private init; }

    /// <summary>The rule that said that it runs, such as <c>input-changed</c>, <c>dependency</c> or <c>always</c>; nothing for one that did not run.</summary>
    public string? Cause { get; private init; }

    /// <summary>The file, folder or pattern that the reason is about.</summary>
    public string? File { get; private init; }

    /// <summary>The operation that drew it along.</summary>
    public string? DrawnBy { get; private init; }

    /// <summary>The name of the run.</summary>
    public string Run { get; private init; } = "";

    /// <summary>The id of the run.</summary>
    public string RunId { get; private init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"{Operation}: {(Ran ? "ran" : "did not run")}, {Why}";

    internal static LabRunReason? Of(LabRunRecord run, RecordedOperation operation) => operation.Reason is not { } reason ? null : new()
    {
        Operation = operation.Name,
        Ran = reason.Ran,
        Why = reason.Words,
        Drew = reason.Drew,
        Cause = reason.Why?.Cause,
        File = reason.Why?.File,
        DrawnBy = reason.Why?.Root,
        Run = run.Name,
        RunId = run.Id,
    };
}
