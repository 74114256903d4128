namespace LabRunner;

/// <summary>How an operation ended. Every operation ends in exactly one of these.</summary>
public enum OperationStatus
{
    /// <summary>It did what it was asked to.</summary>
    Succeeded,

    /// <summary>It ended with a terminating error, a bad exit code, or said so itself.</summary>
    Failed,

    /// <summary>It took longer than its limit and was stopped.</summary>
    TimedOut,

    /// <summary>It was stopped with its run.</summary>
    Canceled,

    /// <summary>It never started; <see cref="LabOperationResult.SkippedBecause"/> says why.</summary>
    Skipped,

    /// <summary>It was asked to stop and did not; it may still be running.</summary>
    Abandoned,
}
