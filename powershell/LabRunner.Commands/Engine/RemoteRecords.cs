using System.Management.Automation;
using System.Reflection;
using LabRunner.Errors;

namespace LabRunner.Engine;

/// <summary>Rebuilds error and information records that came from another process.</summary>
/// <remarks>
/// The engine does so for remote sessions, with positions and all, by methods that it does not publish; where they are
/// missing, message and id remain.
/// </remarks>
internal static class RemoteRecords
{
    /// <summary>Lets an error take its position with it.</summary>
    internal static ErrorRecord Complete(ErrorRecord error)
    {
        if (EngineMembers.ErrorDetailsTravel.Property is { CanWrite: true } extended && error.InvocationInfo is not null)
        {
            extended.SetValue(error, true);
        }

        return error;
    }

    internal static ErrorRecord Error(object? value)
    {
        var copy = PSObject.AsPSObject(value ?? "");
        if (EngineMembers.ErrorFromObject.Method is { } read && copy.Properties["FullyQualifiedErrorId"] is not null)
        {
            try
            {
                return (ErrorRecord)read.Invoke(null, [copy])!;
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
        if (EngineMembers.InformationFromObject.Method is { } read && copy.Properties["MessageData"] is not null)
        {
            try
            {
                return Live((InformationRecord)read.Invoke(null, [copy])!);
            }
            catch (TargetInvocationException)
            {
                // Not as the engine expects it.
            }
        }

        return new InformationRecord(copy.ToString(), "");
    }

    // What Write-Host wrote comes as a picture of its message; what shows or masks it goes by the message itself.
    private static InformationRecord Live(InformationRecord record)
    {
        if (record.MessageData is not PSObject data)
        {
            return record;
        }

        var live = data.BaseObject is not PSCustomObject ? data.BaseObject
            : data.TypeNames.Any(name => name.EndsWith(nameof(HostInformationMessage), StringComparison.Ordinal)) ? Message(data)
            : data;
        var copy = new InformationRecord(live, record.Source) { TimeGenerated = record.TimeGenerated, Computer = record.Computer, User = record.User, ProcessId = record.ProcessId, ManagedThreadId = record.ManagedThreadId, NativeThreadId = record.NativeThreadId };
        copy.Tags.AddRange(record.Tags);
        return copy;
    }

    private static HostInformationMessage Message(PSObject picture)
    {
        return new HostInformationMessage
        {
            Message = $"{picture.Properties["Message"]?.Value}",
            NoNewLine = LanguagePrimitives.IsTrue(picture.Properties["NoNewLine"]?.Value),
            ForegroundColor = Colour("ForegroundColor"),
            BackgroundColor = Colour("BackgroundColor"),
        };

        ConsoleColor? Colour(string name) => Enum.TryParse<ConsoleColor>($"{picture.Properties[name]?.Value}", out var colour) ? colour : null;
    }
}
