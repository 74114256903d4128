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
/// <param name="Sequence">Its place in the order in which the whole run wrote.</param>
/// <param name="Time">When it was written, in local time.</param>
/// <param name="Stream">The stream it was written to.</param>
/// <param name="Operation">The operation that wrote it.</param>
/// <param name="Data">The record itself.</param>
public sealed record LabRecord(long Sequence, DateTime Time, LabStream Stream, string Operation, object Data)
{
    /// <inheritdoc/>
    public override string ToString() => Data.ToString() ?? "";
}
