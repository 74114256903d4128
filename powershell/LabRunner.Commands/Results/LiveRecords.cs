using System.Management.Automation;

namespace LabRunner;

/// <summary>Gives a result the error and warning records themselves, for scripts that look at exceptions and positions.</summary>
/// <remarks>
/// They are members of the object and not of its type: where both have a name, PowerShell takes the object's, while ConvertTo-Json, which
/// reads the type first, takes the plain value. A record of the engine's as a member of the type would lead it through the whole session.
/// Most operations write neither errors nor warnings, and cost nothing.
/// </remarks>
internal static class LiveRecords
{
    /// <summary>Adds what there is; called when the result is final.</summary>
    internal static void Attach(LabOperationResult result)
    {
        if (result.Failure is { } failure)
        {
            Add(result, nameof(LabOperationResult.ErrorRecord), failure);
        }

        if (result.ErrorRecords.Length > 0)
        {
            Add(result, nameof(LabOperationResult.Errors), result.ErrorRecords);
        }

        if (result.WarningRecords.Length > 0)
        {
            Add(result, nameof(LabOperationResult.Warnings), result.WarningRecords);
        }

        foreach (var record in result.Records)
        {
            if (record.Live is ErrorRecord error)
            {
                Add(record, nameof(LabRecord.Data), error);
            }
        }
    }

    private static void Add(object item, string name, object value)
    {
        var members = PSObject.AsPSObject(item).Properties;
        if (members[name] is not PSNoteProperty)
        {
            members.Add(new PSNoteProperty(name, value));
        }
    }
}
