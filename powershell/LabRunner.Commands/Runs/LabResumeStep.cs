using System.Text.Json;
using LabRunner.Json;

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
    internal static LabResumeStep[] All(byte[] document)
    {
        using var json = JsonDocument.Parse(document);
        var steps = json.RootElement.GetProperty("operations").EnumerateArray().Select(item => new LabResumeStep(
            JsonMembers.Text(item, "name") ?? "",
            Word(JsonMembers.Text(item, "action")),
            JsonMembers.Text(item, "status") ?? "",
            JsonMembers.Text(item, "message") ?? "",
            JsonMembers.Text(item, "reason") ?? "",
            JsonMembers.Text(item, "because_of")));
        var removed = json.RootElement.GetProperty("removed").EnumerateArray().Select(name => new LabResumeStep(name.GetString() ?? "", "Removed", "", "The lab does not have it any more.", "removed", null));
        return [.. steps, .. removed];
    }

    /// <summary>Why not all of the earlier run's record can be believed, if that is so.</summary>
    internal static string? Damage(byte[] document)
    {
        using var json = JsonDocument.Parse(document);
        return JsonMembers.Text(json.RootElement, "damage");
    }

    private static string Word(string? action) => string.IsNullOrEmpty(action) ? "" : char.ToUpperInvariant(action[0]) + action[1..];
}
