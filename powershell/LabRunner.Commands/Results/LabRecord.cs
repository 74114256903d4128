using System.Management.Automation;

namespace LabRunner;

/// <summary>The stream a record was written to.</summary>
public enum LabStream
{
    /// <summary>Output objects.</summary>
    Output,

    /// <summary>Errors.</summary>
    Error,

    /// <summary>Warnings.</summary>
    Warning,

    /// <summary>Verbose messages.</summary>
    Verbose,

    /// <summary>Debug messages.</summary>
    Debug,

    /// <summary>Information records, those of Write-Host among them.</summary>
    Information,
}

/// <summary>Something an operation wrote besides its output.</summary>
public sealed record LabRecord
{
    internal LabRecord(long sequence, DateTime time, LabStream stream, string operation, object data)
    {
        Sequence = sequence;
        Time = time;
        Kind = stream;
        Operation = operation;
        Live = data;
    }

    /// <summary>Its place in the order in which the whole run wrote.</summary>
    public long Sequence { get; }

    /// <summary>When it was written, in local time.</summary>
    public DateTime Time { get; }

    /// <summary>The stream it was written to: <c>Error</c>, <c>Warning</c>, <c>Verbose</c>, <c>Debug</c> or <c>Information</c>.</summary>
    public string Stream => Kind.ToString();

    /// <summary>The operation that wrote it.</summary>
    public string Operation { get; }

    /// <summary>The record without its way into the session that wrote it. Of an error, in PowerShell, the error record itself.</summary>
    public object Data => Live is ErrorRecord error ? LabError.Of(error) : WithoutPosition(Live);

    /// <summary>The stream as a value of its own type.</summary>
    internal LabStream Kind { get; }

    /// <summary>The attempt that wrote it, from 1.</summary>
    internal int Attempt { get; init; } = 1;

    /// <summary>Whether the core has put it into the run's record already, as it does with what programs write.</summary>
    internal bool IsKept { get; init; }

    /// <summary>The record as it was written.</summary>
    internal object Live { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Live.ToString() ?? "";

    /// <summary>The same record without the command that wrote it, which leads to everything its session has, and with plain data.</summary>
    internal static object WithoutPosition(object record) => record switch
    {
        WarningRecord { InvocationInfo: not null } warning => new WarningRecord(warning.FullyQualifiedWarningId ?? "", warning.Message),
        VerboseRecord { InvocationInfo: not null } verbose => new VerboseRecord(verbose.Message),
        DebugRecord { InvocationInfo: not null } debug => new DebugRecord(debug.Message),
        InformationRecord { MessageData: not HostInformationMessage } information when !PlainValue.Is(information.MessageData) =>
            new InformationRecord(PlainValue.Of(information.MessageData), information.Source) { TimeGenerated = information.TimeGenerated, User = information.User, Computer = information.Computer },
        _ => record,
    };
}
