using System.Management.Automation;
using System.Reflection;

namespace LabRunner.Errors;

/// <summary>Keeps the position of an error that is written by another command than the one that made it.</summary>
/// <remarks>
/// Writing an error record puts the writer's position and name into it, unless a mark on the record tells not to. The
/// engine does not publish the mark; without it the position is lost from the display and the id gets a second name.
/// </remarks>
internal static class ErrorPosition
{
    private static readonly Action<ErrorRecord, bool>? Mark = Find();

    private static readonly Action<ErrorRecord, InvocationInfo>? Place =
        typeof(ErrorRecord).GetMethod("SetInvocationInfo", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, [typeof(InvocationInfo)])
            ?.CreateDelegate<Action<ErrorRecord, InvocationInfo>>();

    /// <summary>Marks a record that has a position of its own, for the next time it is written.</summary>
    internal static ErrorRecord Keep(ErrorRecord error)
    {
        if (error.InvocationInfo is not null)
        {
            Mark?.Invoke(error, true);
        }

        return error;
    }

    /// <summary>An error of LabRunner's own out of the wrap that the engine puts round what a method throws, with its position.</summary>
    internal static ErrorRecord Unwrap(ErrorRecord error)
    {
        if (error.Exception is LabRunnerException)
        {
            return error;
        }

        for (var inner = error.Exception?.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is LabRunnerException own)
            {
                if (own.ErrorRecord.InvocationInfo is null && error.InvocationInfo is { } place)
                {
                    Place?.Invoke(own.ErrorRecord, place);
                }

                return own.ErrorRecord;
            }
        }

        return error;
    }

    private static Action<ErrorRecord, bool>? Find() =>
        typeof(ErrorRecord).GetProperty("PreserveInvocationInfoOnce", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?.SetMethod?.CreateDelegate<Action<ErrorRecord, bool>>();
}
