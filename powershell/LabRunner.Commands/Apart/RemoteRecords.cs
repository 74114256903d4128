using System.Management.Automation;
using System.Reflection;

namespace LabRunner.Apart;

/// <summary>Makes records again of what records have become on their way between processes.</summary>
/// <remarks>
/// The engine does so for remote sessions, with positions and all, by methods that it does not publish; where they are
/// missing, message and id remain.
/// </remarks>
internal static class RemoteRecords
{
    private const BindingFlags Members = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly MethodInfo? ToError = typeof(ErrorRecord).GetMethod("FromPSObjectForRemoting", Members, [typeof(PSObject)]);
    private static readonly MethodInfo? ToInformation = typeof(InformationRecord).GetMethod("FromPSObjectForRemoting", Members, [typeof(PSObject)]);

    private static readonly PropertyInfo? WithPosition = typeof(ErrorRecord).GetProperty("SerializeExtendedInfo", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    /// <summary>Lets an error take its position with it.</summary>
    internal static ErrorRecord Complete(ErrorRecord error)
    {
        if (WithPosition is { CanWrite: true } && error.InvocationInfo is not null)
        {
            WithPosition.SetValue(error, true);
        }

        return error;
    }

    internal static ErrorRecord Error(object? value)
    {
        var copy = PSObject.AsPSObject(value ?? "");
        if (ToError is not null && copy.Properties["FullyQualifiedErrorId"] is not null)
        {
            try
            {
                return (ErrorRecord)ToError.Invoke(null, [copy])!;
            }
            catch (TargetInvocationException)
            {
                // Not as the engine expects it.
            }
        }

        var id = copy.Properties["FullyQualifiedErrorId"]?.Value?.ToString() ?? Errors.LabRunnerError.OperationFailed;
        return new ErrorRecord(new RemoteException(copy.ToString()), id, ErrorCategory.NotSpecified, null);
    }

    internal static InformationRecord Information(object? value)
    {
        var copy = PSObject.AsPSObject(value ?? "");
        if (ToInformation is not null && copy.Properties["MessageData"] is not null)
        {
            try
            {
                return (InformationRecord)ToInformation.Invoke(null, [copy])!;
            }
            catch (TargetInvocationException)
            {
                // Not as the engine expects it.
            }
        }

        return new InformationRecord(copy.ToString(), "");
    }
}
