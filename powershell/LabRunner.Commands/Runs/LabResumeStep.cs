using LabRunner.Interop;

namespace LabRunner;

/// <summary>What a resume or an undo does with one operation.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Action"><c>Keep</c>, <c>Rerun</c>, <c>Skip</c> or <c>Ask</c>; of an undo <c>Undo</c> or <c>Leave</c>; <c>Removed</c> when the lab does not have it any more.</param>
/// <param name="Status">How it ended in the earlier run; empty when that run did not have it.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="Rule">Which rule of the table in docs/resume.md says so.</param>
/// <param name="BecauseOf">The operation that is the cause, when one is.</param>
public sealed record LabResumeStep(string Name, string Action, string Status, string Reason, string Rule, string? BecauseOf)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Action} ({Reason})";

    /// <summary>All steps, as the core has decided them; the operations that are gone come last.</summary>
    internal static LabResumeStep[] All(ResumePreview preview) =>
    [
        .. preview.Operations.Select(step => new LabResumeStep(step.Name, Word(step.Action), step.Status, step.Message, step.Reason, step.BecauseOf)),
        .. preview.Removed.Select(name => new LabResumeStep(name, "Removed", "", "The lab does not have it any more.", "removed", null)),
    ];

    private static string Word(string action) => action.Length == 0 ? "" : char.ToUpperInvariant(action[0]) + action[1..];
}
