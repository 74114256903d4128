using System.Collections;
using LabRunner.Operations;

namespace LabRunner;

/// <summary>What became of a run of scripts: one dictionary with the keys of both results that existing callers know.</summary>
internal static class LabScriptSummary
{
    /// <summary>Sums up. Durations of the whole are seconds; that of a script is a time span.</summary>
    internal static Hashtable Of(IReadOnlyList<LabOperationResult> results, IReadOnlyDictionary<string, string> scripts, TimeSpan took, bool progress)
    {
        var completed = results.Count(result => result.Success);
        var failed = results.Count - completed;
        var average = results.Count == 0 ? 0 : results.Average(result => result.Duration.TotalSeconds);
        return new Hashtable(StringComparer.OrdinalIgnoreCase)
        {
            ["TotalScripts"] = results.Count,
            ["CompletedScripts"] = completed,
            ["FailedScripts"] = failed,
            ["CompletedSuccessfully"] = completed,
            ["Failed"] = failed,
            ["Success"] = failed == 0,
            ["TotalDuration"] = Math.Round(took.TotalSeconds, 3),
            ["AverageDuration"] = Math.Round(average, 3),
            ["ProgressTrackingEnabled"] = progress,
            ["Results"] = results.Select(result => new LabScriptResult(result, scripts.TryGetValue(result.Name, out var script) && script.Length > 0 ? script : result.Name)).ToArray(),
        };
    }
}
