using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Restarts;

/// <summary>What is said of a run that is parked for a restart of the machine.</summary>
internal static class ParkedText
{
    /// <summary>The status of such a run.</summary>
    internal const string Status = "Parked";

    /// <summary>An operation has asked for the restart.</summary>
    internal static string Asked(string operation, string? reason) =>
        $"'{operation}' asks for a restart of this machine{(string.IsNullOrWhiteSpace(reason) ? "." : $": {Sentence(reason)}")} Nothing more is started before that.";

    /// <summary>The run is parked, and what is to be done.</summary>
    internal static string Parked(RunOutcome outcome, RunSettings settings) =>
        $"Run '{settings.Name}' is parked after {outcome.Results.Count(result => result.Success)} of {LabDisplay.Count(outcome.Results.Length, "operation")}. {Next(outcome, settings)}";

    /// <summary>How it goes on after the restart.</summary>
    internal static string Next(RunOutcome outcome, RunSettings settings) => (outcome.Directory, outcome.Source) switch
    {
        (null, _) => "It has no record to go on from: restart this machine, and start it again.",
        (_, null) => $"Restart this machine, then give the same operations again: Resume-LabRun -Id {LabDisplay.ShortId(outcome.RunId ?? "")} -Operations $operations.",
        _ when settings.Directory is { } folder => $"Restart this machine, then: Resume-LabRun -Path '{folder.Replace("'", "''", StringComparison.Ordinal)}'.",
        _ => "Restart this machine, then: Resume-LabRun -Pending.",
    };

    /// <summary>Why a run that waits for a restart does not go on yet.</summary>
    internal static string Waits(PendingRun run) =>
        $"Run '{run.Name}' ({run.Run}) waits for a restart that '{run.Operation}' asked for, and {(run.Restarted is null ? "whether this machine has been restarted since cannot be found out" : "this machine has not been restarted since")}. Restart it, or use -Force to go on all the same.";

    private static string Sentence(string text) => ".!?".Contains(text[^1]) ? text : text + ".";
}
