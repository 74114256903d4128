using LabRunner.Errors;

namespace LabRunner.Runs;

/// <summary>What the failure of an operation means, of a strategy by name and the switch that stands for one.</summary>
internal static class FailureChoice
{
    private const string GoesOn = "continue";

    /// <summary>The strategy, as the core calls it.</summary>
    /// <param name="strategy">-FailureStrategy; nothing when it was not given.</param>
    /// <param name="goesOn">-ContinueOnError; nothing when it was not given. False is at one with every strategy but Continue: the others all stop the run.</param>
    /// <param name="otherwise">The strategy for a call that gives neither.</param>
    internal static string Of(string? strategy, bool? goesOn, string otherwise)
    {
        var wanted = (strategy ?? (goesOn == true ? GoesOn : otherwise)).ToLowerInvariant();
        if (goesOn is null || goesOn == (wanted == GoesOn))
        {
            return wanted;
        }

        return strategy is null ? "stop"
            : throw LabRunnerError.Contradiction(
                goesOn.Value ? $"-ContinueOnError is -FailureStrategy Continue, and -FailureStrategy is {strategy}." : "-ContinueOnError:$false stops the run after a failure, and -FailureStrategy Continue goes on.",
                "Leave one of them out.");
    }
}
