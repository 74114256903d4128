using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Execution;

/// <summary>The engine's own display formats, read once for all workers.</summary>
/// <remarks>
/// Building them is half of what opening a runspace costs. The built database does not change: the engine puts another
/// one in its place when a runspace gets more formats, and builds it from the entries of the session state, which is
/// why those are put back. All of that is internal to the engine; where it is different, each runspace builds its own.
/// </remarks>
internal static class SharedFormats
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly PropertyInfo? Context = typeof(Runspace).GetProperty("ExecutionContext", Members);
    private static readonly PropertyInfo? Manager = Context?.PropertyType.GetProperty("FormatDBManager", Members);
    private static readonly PropertyInfo? Database = Manager?.PropertyType.GetProperty("Database", Members);
    private static readonly bool Works = Database is { CanWrite: true } && Context is not null;

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
        if (!Works || Manager!.GetValue(Context!.GetValue(runspace)) is not { } manager)
        {
            return;
        }

        if (left.Length == 0)
        {
            _built ??= Database!.GetValue(manager);
            return;
        }

        Database!.SetValue(manager, _built);
        runspace.InitialSessionState.Formats.Add(left);
    }
}
