using System.Text.Json;
using LabRunner.Interop;
using LabRunner.Json;
using LabRunner.Labs;
using LabRunner.Runs;

namespace LabRunner.Restarts;

/// <summary>A run that waits for a restart of this machine.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Directory">Its folder.</param>
/// <param name="Source">The lab file it came from.</param>
/// <param name="Operation">The operation that asked for the restart.</param>
/// <param name="Restarted">Whether that has taken place; nothing where it cannot be found out.</param>
internal sealed record PendingRun(string Id, string Name, string Directory, string? Source, string Operation, bool? Restarted)
{
    /// <summary>All of them, the oldest first.</summary>
    internal static PendingRun[] All()
    {
        using var document = ConfigValues.Parse(LabCore.FindRun(JsonSerializer.SerializeToUtf8Bytes(new { root = RunFolders.Root, pending = true })));
        return [.. document.RootElement.EnumerateArray().Select(Of)];
    }

    /// <summary>Why it does not go on yet.</summary>
    internal string Waits =>
        $"Run '{Name}' ({Id}) waits for a restart that '{Operation}' asked for, and {(Restarted is null ? "whether this machine has been restarted since cannot be found out" : "this machine has not been restarted since")}. Restart it, or use -Force to go on all the same.";

    private static PendingRun Of(JsonElement run) => new(
        JsonMembers.Text(run, "run") ?? "",
        JsonMembers.Text(run, "name") ?? "",
        JsonMembers.Text(run, "directory") ?? "",
        JsonMembers.Text(run, "source"),
        JsonMembers.Text(run, "operation") ?? "",
        run.GetProperty("restarted") is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : null);
}
