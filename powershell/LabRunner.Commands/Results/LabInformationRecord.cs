using System.Management.Automation;

namespace LabRunner;

/// <summary>What an operation wrote with Write-Information: the same record, shown with the name of its operation.</summary>
public sealed class LabInformationRecord : InformationRecord
{
    private readonly string _shown;

    internal LabInformationRecord(InformationRecord record, string operation, string shown)
        : base(record.MessageData, record.Source)
    {
        _shown = shown;
        Operation = operation;
        TimeGenerated = record.TimeGenerated;
        User = record.User;
        Computer = record.Computer;
        ProcessId = record.ProcessId;
        NativeThreadId = record.NativeThreadId;
        ManagedThreadId = record.ManagedThreadId;
        Tags.AddRange(record.Tags);
    }

    /// <summary>The operation that wrote it.</summary>
    public string Operation { get; }

    /// <inheritdoc/>
    public override string ToString() => _shown;
}
