using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner;

/// <summary>An error of LabRunner: a stable id, a sentence that names the culprit, and what to do.</summary>
/// <remarks>The engine finds the error record in it, so that the id survives a script's <c>throw</c> and <c>catch</c>.</remarks>
public sealed class LabRunnerException : Exception, IContainsErrorRecord
{
    /// <summary>Creates the error.</summary>
    /// <param name="id">The stable id, such as <c>LabRunner.CyclicDependency</c>.</param>
    /// <param name="category">The category that fits.</param>
    /// <param name="message">One sentence that names the culprit.</param>
    /// <param name="advice">What to do about it.</param>
    /// <param name="target">What the error is about.</param>
    /// <param name="inner">The error behind it.</param>
    public LabRunnerException(string id, ErrorCategory category, string message, string? advice = null, object? target = null, Exception? inner = null)
        : base(IsSuggestion(advice) ? $"{message} {advice}" : message, inner)
    {
        Id = id;
        Advice = advice;
        ErrorRecord = new ErrorRecord(this, id, category, target);
        if (!string.IsNullOrEmpty(advice) && !IsSuggestion(advice))
        {
            ErrorRecord.ErrorDetails = AdviceText.Details(message, advice);
        }
    }

    /// <summary>The stable id.</summary>
    public string Id { get; }

    /// <summary>What to do about it, when something can be said.</summary>
    public string? Advice { get; }

    /// <summary>All findings, when an input was checked as a whole.</summary>
    public IReadOnlyList<LabFinding> Findings { get; init; } = [];

    /// <summary>Whether it is about a configuration file, rather than about how a command was called.</summary>
    internal bool IsOfFile { get; init; }

    /// <summary>The record that is written.</summary>
    public ErrorRecord ErrorRecord { get; }

    // The right spelling is what the reader looks for, and so belongs to the sentence; everything else is the recommendation below it.
    private static bool IsSuggestion(string? advice) => advice?.StartsWith("Did you mean ", StringComparison.Ordinal) == true;
}

/// <summary>One finding about an input.</summary>
/// <param name="Id">The stable id.</param>
/// <param name="Message">One sentence that names the culprit.</param>
/// <param name="Operation">The operation it is about.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record LabFinding(string Id, string Message, string? Operation = null, string? Advice = null)
{
    /// <summary>Whether it is worth a word and no fault.</summary>
    internal bool IsWarning { get; init; }

    /// <summary>What is said of several operations of which the same is true, after their number.</summary>
    internal string? OfSeveral { get; init; }

    /// <summary>The parameter of the operation that it is about.</summary>
    internal string? Parameter { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        Advice is null ? Message : Message.Length > 0 && ".!?…".Contains(Message[^1]) ? $"{Message} {Advice}" : $"{Message}. {Advice}";
}
