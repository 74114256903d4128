using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LabRunner.Engine;

/// <summary>The engine's own display formats, read once for all workers.</summary>
/// <remarks>
/// Building them is half of what opening a runspace costs. The built database does not change: the engine puts another
/// one in its place when a runspace gets more formats, and builds it from the entries of the session state, which is
/// why those are restored. All of that is internal to the engine; where it is different, each runspace builds its own.
/// </remarks>
internal static class SharedFormats
{
    private static readonly bool Works = EngineMembers.Context.Property is not null && EngineMembers.FormatManager.Property is not null && EngineMembers.Formats.Property is { CanWrite: true };

    private static volatile object? _built;

    /// <summary>Takes the formats out of a session state, if a runspace can get them without.</summary>
    /// <returns>What was taken out.</returns>
    internal static SessionStateFormatEntry[] Leave(InitialSessionState state)
    {
        if (_built is null)
        {
            return [];
        }

        var entries = state.Formats.ToArray();
        state.Formats.Clear();
        return entries;
    }

    /// <summary>Gives an opened runspace its formats, or takes over those it has built.</summary>
    internal static void Join(Runspace runspace, SessionStateFormatEntry[] left)
    {
        if (!Works || EngineMembers.FormatManager.Property!.GetValue(EngineMembers.Context.Property!.GetValue(runspace)) is not { } manager)
        {
            return;
        }

        if (left.Length == 0)
        {
            _built ??= EngineMembers.Formats.Property!.GetValue(manager);
            return;
        }

        EngineMembers.Formats.Property!.SetValue(manager, _built);
        runspace.InitialSessionState.Formats.Add(left);
    }
}
