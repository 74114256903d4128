using System.Management.Automation;

namespace LabRunner;

/// <summary>An error as plain values: what is left of an error record where it cannot take its session along, as in a file.</summary>
/// <remarks>An error record leads to the command that wrote it and to the exception's method, and by both to the whole engine.</remarks>
public sealed class LabError
{
    private LabError()
    {
    }

    /// <summary>What went wrong.</summary>
    public string Message { get; private init; } = "";

    /// <summary>The id that scripts match on.</summary>
    public string FullyQualifiedErrorId { get; private init; } = "";

    /// <summary>Its category, such as <c>ObjectNotFound</c>.</summary>
    public string Category { get; private init; } = "";

    /// <summary>The type of the exception behind it.</summary>
    public string? ExceptionType { get; private init; }

    /// <summary>What it is about, as text.</summary>
    public string? TargetName { get; private init; }

    /// <summary>What to do about it, when something can be said.</summary>
    public string? RecommendedAction { get; private init; }

    /// <summary>The file with the line that failed.</summary>
    public string? ScriptName { get; private init; }

    /// <summary>That line's number, from 1; 0 when it is not known.</summary>
    public int ScriptLineNumber { get; private init; }

    /// <summary>That line, with a mark where it failed.</summary>
    public string? PositionMessage { get; private init; }

    /// <summary>The calls that led there.</summary>
    public string? ScriptStackTrace { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => Message;

    internal static LabError Of(ErrorRecord error) => new()
    {
        Message = error.ToString(),
        FullyQualifiedErrorId = error.FullyQualifiedErrorId,
        Category = error.CategoryInfo.Category.ToString(),
        ExceptionType = error.Exception?.GetType().FullName,
        TargetName = string.IsNullOrEmpty(error.CategoryInfo.TargetName) ? null : error.CategoryInfo.TargetName,
        RecommendedAction = string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction) ? null : error.ErrorDetails.RecommendedAction,
        ScriptName = string.IsNullOrEmpty(error.InvocationInfo?.ScriptName) ? null : error.InvocationInfo.ScriptName,
        ScriptLineNumber = error.InvocationInfo?.ScriptLineNumber ?? 0,
        PositionMessage = string.IsNullOrEmpty(error.InvocationInfo?.PositionMessage) ? null : error.InvocationInfo.PositionMessage,
        ScriptStackTrace = error.ScriptStackTrace,
    };
}
