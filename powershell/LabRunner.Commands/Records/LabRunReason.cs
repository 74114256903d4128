using System.Text.Json;
using LabRunner.Json;

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

    internal static LabRunReason? Of(LabRunRecord run, JsonElement operation)
    {
        if (JsonMembers.Member(operation, "reason") is not { } reason)
        {
            return null;
        }

        var why = JsonMembers.Member(reason, "why");
        return new LabRunReason
        {
            Operation = JsonMembers.Text(operation, "name") ?? "",
            Ran = reason.TryGetProperty("ran", out var ran) && ran.ValueKind == JsonValueKind.True,
            Why = JsonMembers.Text(reason, "words") ?? "",
            Drew = (int)(JsonMembers.Number(reason, "drew") ?? 0),
            Cause = why is { } of ? JsonMembers.Text(of, "cause") : null,
            File = why is { } about ? JsonMembers.Text(about, "file") : null,
            DrawnBy = why is { } by ? JsonMembers.Text(by, "root") : null,
            Run = run.Name,
            RunId = run.Id,
        };
    }
}
