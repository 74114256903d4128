using LabRunner.Errors;

namespace LabRunner.Commands;

/// <summary>How ready operations are ranked: -OrchestrationMode and -Order, over what a lab file says.</summary>
/// <param name="Mode"><c>sequential</c>, <c>parallel</c>, <c>intelligent</c> or <c>custom</c>.</param>
/// <param name="Names">The caller's own order, for <c>custom</c>.</param>
internal sealed record RunOrder(string Mode, IReadOnlyList<string> Names)
{
    /// <summary>What was asked for.</summary>
    /// <exception cref="LabRunnerException">A mode and an order that contradict each other.</exception>
    internal static RunOrder Of(string? mode, string[]? order, string? path = null, string? ownMode = null, string[]? ownOrder = null)
    {
        var given = order is { Length: > 0 };
        var wanted = mode?.ToLowerInvariant() ?? (given ? "custom" : ownMode ?? "intelligent");
        if (given && wanted != "custom")
        {
            throw LabRunnerError.Contradiction($"-Order is for the orchestration mode Custom, and -OrchestrationMode is {mode}.", "Leave one of them out.");
        }

        var names = given ? order! : ownOrder ?? [];
        return wanted != "custom" ? new RunOrder(wanted, []) : names.Length > 0 ? new RunOrder(wanted, names) : throw LabRunnerError.NoCustomOrder(path);
    }
}
