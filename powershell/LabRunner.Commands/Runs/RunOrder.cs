using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Runs;

/// <summary>How ready operations are ranked: -OrchestrationMode and -Order, over what a lab file says.</summary>
/// <param name="Mode"><c>sequential</c>, <c>parallel</c>, <c>intelligent</c> or <c>custom</c>.</param>
/// <param name="Names">The caller's own order, for <c>custom</c>.</param>
/// <param name="Ranking">The caller's own rule, for <c>custom</c>.</param>
internal sealed record RunOrder(string Mode, IReadOnlyList<string> Names, ScriptBlock? Ranking = null)
{
    /// <summary>What was asked for.</summary>
    /// <exception cref="LabRunnerException">A mode and an order that contradict each other, or names together with a block.</exception>
    internal static RunOrder Of(string? mode, object?[]? order, string? path = null, string? ownMode = null, string[]? ownOrder = null)
    {
        var given = order is { Length: > 0 };
        var wanted = mode?.ToLowerInvariant() ?? (given ? "custom" : ownMode ?? "intelligent");
        if (given && wanted != "custom")
        {
            throw LabRunnerError.Contradiction($"-Order is for the orchestration mode Custom, and -OrchestrationMode is {mode}.", "Leave one of them out.");
        }

        object?[] plain = [.. (order ?? []).Select(item => item is PSObject wrapped ? wrapped.BaseObject : item)];
        if (plain.OfType<ScriptBlock>().FirstOrDefault() is { } ranking)
        {
            return plain.Length == 1
                ? new RunOrder(wanted, [], ranking)
                : throw LabRunnerError.Contradiction("-Order is given a script block together with other things.", "Give the names in their order, or one script block that gives each operation a key to sort by.");
        }

        string[] names = given ? [.. plain.Select(LanguagePrimitives.ConvertTo<string>)] : ownOrder ?? [];
        return wanted != "custom" ? new RunOrder(wanted, []) : names.Length > 0 ? new RunOrder(wanted, names) : throw LabRunnerError.NoCustomOrder(path);
    }
}
