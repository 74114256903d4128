using LabRunner.Interop;
using LabRunner.Streams;
using System.Management.Automation;

namespace LabRunner.Runs;

/// <summary>What travels on a run's queue: a record or an output of an operation, what an attempt leaves, an event of the core, or the end by a fault.</summary>
internal readonly struct RunItem
{
    // What a record costs besides its text.
    private const int Overhead = 256;

    internal RunItem(LabRecord record)
    {
        Record = record;
        Size = Overhead + (2 * TextLength(record.Live));
    }

    internal RunItem(RunOutput output)
    {
        Output = output;
        Size = Overhead + (2 * ((output.Item as string)?.Length ?? 0));
    }

    internal RunItem(AttemptOutput attempt) => Attempt = attempt;

    internal RunItem(LabEvent happened) => Event = happened;

    internal RunItem(Exception fault) => Fault = fault;

    internal LabRecord? Record { get; }

    internal RunOutput? Output { get; }

    /// <summary>Whether an operation wrote it, who can wait for room.</summary>
    internal bool IsWritten => Record is not null || Output is not null;

    internal AttemptOutput? Attempt { get; }

    internal LabEvent? Event { get; }

    internal Exception? Fault { get; }

    /// <summary>About how many bytes it keeps alive.</summary>
    internal int Size { get; }

    private static int TextLength(object data) => data switch
    {
        InformationalRecord record => record.Message?.Length ?? 0,
        InformationRecord { MessageData: HostInformationMessage message } => message.Message?.Length ?? 0,
        InformationRecord { MessageData: string text } => text.Length,
        ErrorRecord => 4096,
        _ => 0,
    };
}
