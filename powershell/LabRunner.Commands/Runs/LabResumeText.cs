namespace LabRunner.Runs;

/// <summary>What is said before a run goes on from an earlier one.</summary>
internal static class LabResumeText
{
    /// <summary>How many operations are kept, run, undone and so on.</summary>
    internal static string Counts(IReadOnlyList<LabResumeStep> steps)
    {
        string[] parts =
        [
            .. steps.GroupBy(step => step.Action).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Count()} {Word(group.Key)}"),
        ];
        return string.Join(", ", parts);
    }

    /// <summary>One line for the whole, and one for each operation that is not kept.</summary>
    internal static IEnumerable<string> Lines(bool undoes, LabEarlierRun earlier, IReadOnlyList<LabResumeStep> steps, int most)
    {
        yield return $"{(undoes ? "Undoing" : "Resuming")} {earlier}: {Counts(steps)}.";
        LabResumeStep[] shown = [.. steps.Where(step => step.Action is not "Keep" and not "Leave")];
        var width = shown.Take(most).Select(step => step.Name.Length).DefaultIfEmpty().Max();
        foreach (var step in shown.Take(most))
        {
            yield return $"  {step.Action,-7} {LabDisplay.OneLine(step.Name).PadRight(Math.Min(width, 40))}  {step.Reason}";
        }

        if (shown.Length > most)
        {
            yield return $"  … and {LabDisplay.Count(shown.Length - most, "more operation")}. {(undoes ? "Undo" : "Resume")}-LabRun -WhatIf shows all of them.";
        }
    }

    private static string Word(string action) => action switch
    {
        "Keep" => "kept",
        "Rerun" => "to run",
        "Skip" => "skipped",
        "Undo" => "to undo",
        "Leave" => "left as they are",
        "Removed" => "not in the lab any more",
        _ => "to be decided",
    };
}
