using LabRunner.Interop;

namespace LabRunner;

/// <summary>Something that an operation of a recorded run wrote.</summary>
public sealed class LabRunOutput
{
    /// <summary>When it was written, in local time.</summary>
    public DateTime? Time { get; private init; }

    /// <summary>The operation that wrote it.</summary>
    public string Operation { get; private init; } = "";

    /// <summary>Its attempt, from 1.</summary>
    public int Attempt { get; private init; }

    /// <summary>The stream it was written to: <c>Output</c>, <c>Error</c>, <c>Warning</c>, <c>Verbose</c>, <c>Debug</c> or <c>Information</c>; <c>Missing</c> where something is missing.</summary>
    public string Stream { get; private init; } = "";

    /// <summary>What was written, as text; or how much is missing, and why.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Whether a program wrote it, to its standard output or standard error.</summary>
    public bool IsProgram { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal static LabRunOutput Of(RecordedOutput record, DateTime? start) => new()
    {
        Time = start?.AddMilliseconds(record.At),
        Operation = record.Operation,
        Attempt = record.Attempt,
        Stream = record.Kind switch
        {
            "stdout" => "Output",
            "stderr" => "Error",
            "" => "",
            var kind => char.ToUpperInvariant(kind[0]) + kind[1..],
        },
        Text = record.Missing is { } gap ? Missing(gap) : record.Text ?? "",
        IsProgram = record.Kind is "stdout" or "stderr",
    };

    private static string Missing(OutputGap gap) =>
        $"{LabDisplay.Count(gap.Records, "record")} missing here: {(gap.Why == "slow" ? "the disk did not keep up" : "the operation wrote more than is kept of one")}.";
}
