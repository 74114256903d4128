using System.Text.Json;
using LabRunner.Json;

namespace LabRunner.Runs;

/// <summary>What became of a run.</summary>
/// <param name="Results">One result an operation, as declared.</param>
/// <param name="Rollback">One result a compensation that was needed, under the name of the operation it undoes.</param>
/// <param name="Status"><c>Succeeded</c>, <c>PartiallySucceeded</c>, <c>Failed</c>, <c>Canceled</c>, <c>Parked</c>, <c>Undone</c> or <c>PartiallyUndone</c>.</param>
/// <param name="Document">The core's own document of it.</param>
internal sealed record RunOutcome(LabOperationResult[] Results, LabOperationResult[] Rollback, string Status, JsonElement Document)
{
    /// <summary>The run's id.</summary>
    internal string? RunId => JsonMembers.Text(Document, "run");

    /// <summary>The folder that has the run's files.</summary>
    internal string? Directory => JsonMembers.Text(Document, "directory");
}
