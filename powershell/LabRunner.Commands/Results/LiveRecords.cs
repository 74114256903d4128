using System.Management.Automation;

namespace LabRunner;

/// <summary>Gives a result the objects it was made of - output, error and warning records - where its own properties are plain values.</summary>
/// <remarks>
/// They are members of the object and not of its type: where both have a name, PowerShell takes the object's, while ConvertTo-Json, which
/// reads the type first, takes the plain value. A record of the engine's as a member of the type would lead it through the whole session.
/// Most operations write neither errors nor warnings and put out plain data, and cost nothing.
/// </remarks>
internal static class LiveRecords
{
    /// <summary>Adds the records that were written; called when the result is final.</summary>
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
            if (record.Live is ErrorRecord || (record.Live is InformationRecord { MessageData: not HostInformationMessage and var data } && !PlainValue.Is(data)))
            {
                Add(record, nameof(LabRecord.Data), record.Live);
            }
        }

        result.IsPlain = Array.TrueForAll(result.Live, PlainValue.Is);
        if (!result.IsPlain)
        {
            Add(result, nameof(LabOperationResult.Output), result.Live);
            Add(result, nameof(LabOperationResult.Result), result.LiveResult!);
        }
    }

    /// <summary>Adds the output to the result of a script.</summary>
    internal static void Attach(LabScriptResult result)
    {
        if (!result.Operation.IsPlain)
        {
            Add(result, nameof(LabScriptResult.Result), result.Operation.LiveResult!);
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
