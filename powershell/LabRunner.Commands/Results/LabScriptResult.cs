namespace LabRunner;

/// <summary>What became of one of <c>-Scripts</c>, with the keys that existing callers know.</summary>
public sealed class LabScriptResult
{
    internal LabScriptResult(LabOperationResult result, string script)
    {
        Operation = result;
        Script = script;
        LiveRecords.Attach(this);
    }

    /// <summary>The script's name.</summary>
    public string Name => Operation.Name;

    /// <summary>What was run, as the caller wrote it.</summary>
    public string Script { get; }

    /// <summary><c>Completed</c> or <c>Failed</c>.</summary>
    public string State => Operation.Success ? "Completed" : "Failed";

    /// <summary>Whether it succeeded.</summary>
    public bool Success => Operation.Success;

    /// <summary>Its output: nothing, the one object, or an array.</summary>
    public object? Result => Operation.Result;

    /// <summary>Why it did not succeed.</summary>
    public string? Error => Operation.Error;

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration => Operation.Duration;

    /// <summary>When it started, in local time; null for one that never did.</summary>
    public DateTime? StartTime => Operation.StartTime;

    /// <summary>When it ended, in local time.</summary>
    public DateTime? EndTime => Operation.EndTime;

    /// <summary>The result of its operation, with all that it wrote.</summary>
    public LabOperationResult Operation { get; }

    /// <inheritdoc/>
    public override string ToString() => Operation.ToString();
}
