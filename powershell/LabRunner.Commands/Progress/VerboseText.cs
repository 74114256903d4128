using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Progress;

/// <summary>What <c>-Verbose</c> says of an operation: one sentence when it starts, is tried again, is ready, or ends.</summary>
internal static class VerboseText
{
    internal static string Started(OperationDefinition operation, LabEvent happened, long? attempts) =>
        $"Operation '{operation.Name}' started{(happened.Attempt > 1 ? $" ({Attempt(happened.Attempt, attempts)})" : "")}.";

    internal static string Retrying(OperationDefinition operation, LabEvent happened, long? attempts) => $"Operation '{operation.Name}' {RetryText.Of(happened, attempts)}.";

    internal static string Serving(OperationDefinition operation) => $"Operation '{operation.Name}' is ready.";

    internal static string RollingBack(OperationDefinition operation) => $"Operation '{operation.Name}' failed, and what had succeeded is undone.";

    internal static string Ended(OperationDefinition operation, LabOperationResult result, long? attempts)
    {
        if (result.Ending == OperationStatus.Skipped)
        {
            return $"Operation '{operation.Name}' was skipped: {result.SkippedBecause?.Message?.TrimEnd('.')}.";
        }

        var ended = result.Ending switch
        {
            OperationStatus.Succeeded => "succeeded",
            OperationStatus.TimedOut => "took too long and was stopped",
            OperationStatus.Canceled => "was canceled",
            OperationStatus.Abandoned => "was abandoned",
            _ => "failed",
        };
        var again = result.Attempts > 1 ? $" ({Attempt((uint)result.Attempts, attempts)})" : "";
        var why = result.Ending == OperationStatus.Failed && !string.IsNullOrEmpty(result.Error) ? $": {LabDisplay.OneLine(result.Error).TrimEnd('.')}" : "";
        return $"Operation '{operation.Name}' {ended} after {LabDisplay.Duration(result.Duration)}{again}{why}.";
    }

    private static string Attempt(uint number, long? attempts) => $"attempt {number}{(attempts is { } most ? $" of {most}" : "")}";
}
