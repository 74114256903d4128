using System.Globalization;

namespace LabRunner;

/// <summary>Texts of the table views.</summary>
public static class LabDisplay
{
    private const int Widest = 120;

    /// <summary>A duration as short as it can be said: <c>250 ms</c>, <c>3.2 s</c>, <c>1:02:05</c>.</summary>
    /// <param name="time">The duration, if there is one.</param>
    public static string Duration(TimeSpan? time) => time switch
    {
        null => "",
        { TotalSeconds: < 1 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalSeconds:0.0} s"),
        { } some => string.Create(CultureInfo.InvariantCulture, $"{(int)some.TotalHours}:{some.Minutes:00}:{some.Seconds:00}"),
    };

    /// <summary>What an operation came to, on one line: its error, why it was skipped, or what it returned.</summary>
    /// <param name="result">The result of the operation.</param>
    public static string Outcome(LabOperationResult? result) => OneLine(
        result?.Error ?? result?.SkippedBecause?.Message ?? result?.Output switch
        {
            null or [] => "",
            [var only] => only?.ToString(),
            var several => string.Create(CultureInfo.InvariantCulture, $"{several.Length} objects"),
        });

    /// <summary>Numbers by name: <c>18 Succeeded, 1 Failed</c>.</summary>
    /// <param name="counts">The numbers.</param>
    public static string Counts(LabConfigNode? counts) =>
        counts is null ? "" : string.Join(", ", counts.Keys.Cast<string>().Select(name => $"{counts[name]} {name}"));

    /// <summary>The first line of a text, cut where it is too long for a table.</summary>
    /// <param name="text">The text.</param>
    public static string OneLine(string? text)
    {
        var line = (text ?? "").AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length <= Widest ? line.ToString() : string.Concat(line[..(Widest - 1)], "…");
    }
}
