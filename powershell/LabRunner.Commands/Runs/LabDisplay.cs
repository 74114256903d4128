using System.Collections;
using System.Globalization;
using System.Management.Automation;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>Texts of views and messages. Values may come from a file, where objects have lost their types but not their properties.</summary>
public static class LabDisplay
{
    private const int Widest = 120;

    private const int MostDaysWithoutYear = 180;

    // The statuses of an operation that has ended.
    private static readonly string[] Ended = ["Succeeded", "Failed", "TimedOut", "Canceled", "Skipped", "Abandoned"];

    // How the operations of a run are shown in a bar: in the colour of a status. What has not ended is the last.
    private static readonly (char Sign, string Status, string[] Statuses)[] Shades =
    [
        ('█', "Succeeded", ["Succeeded"]),
        ('▒', "Failed", ["Failed", "TimedOut", "Abandoned", "Interrupted"]),
        ('░', "Skipped", ["Skipped", "Canceled"]),
        (' ', "", []),
    ];

    // A dictionary that comes from a file has lost its order.
    private static readonly string[] StatusOrder =
        ["Running", "Serving", "Stopping", "Admitted", "Ready", "Backoff", "Waiting", "Failed", "TimedOut", "Canceled", "Abandoned", "Interrupted", "Unknown", "Skipped", "Succeeded"];

    /// <summary>A duration as short as it can be said: <c>250 ms</c>, <c>3.2 s</c>, <c>1:02:05</c>.</summary>
    /// <param name="time">The duration, if there is one.</param>
    public static string Duration(TimeSpan? time) => time switch
    {
        null => "",
        { TotalSeconds: < 1 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalSeconds:0.0} s"),
        { } some => string.Create(CultureInfo.InvariantCulture, $"{(int)some.TotalHours}:{some.Minutes:00}:{some.Seconds:00}"),
    };

    /// <summary>A date and time that sorts, to the second.</summary>
    /// <param name="time">The time, if there is one.</param>
    public static string When(DateTime? time) => time?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A date and time to the minute, without the year as long as no other can be meant.</summary>
    /// <param name="time">The time, if there is one.</param>
    public static string Short(DateTime? time) => time switch
    {
        null => "",
        { } then when Math.Abs((DateTime.Now - then).TotalDays) < MostDaysWithoutYear => then.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture),
        { } then => then.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    /// <summary>As much of a run's id as people need.</summary>
    /// <param name="id">The id.</param>
    public static string ShortId(string? id) => id is { Length: > 8 } ? id[..8] : id ?? "";

    /// <summary>What an operation wrote, in the colour of its stream.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="isProgram">Whether a program wrote it, whose standard error has more than errors.</param>
    /// <param name="style">The session's <c>$PSStyle</c>.</param>
    public static string Written(string? text, string? stream, bool isProgram, object? style)
    {
        var place = stream switch
        {
            "Error" when !isProgram => "Error",
            "Warning" or "Missing" => "Warning",
            "Verbose" => "Verbose",
            "Debug" => "Debug",
            _ => null,
        };
        return place is null || string.IsNullOrEmpty(text) || Member(Member(style, "Formatting"), place) is not string on ? text ?? "" : $"{on}{text}{Member(style, "Reset")}";
    }

    /// <summary>A number with its noun: <c>1 operation</c>, <c>2 operations</c>.</summary>
    /// <param name="number">The number.</param>
    /// <param name="noun">The noun for one.</param>
    /// <param name="plural">The noun for any other number, when it is not the first with an s.</param>
    public static string Count(long number, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? noun : plural ?? noun + "s")}");

    /// <summary>A status in the colour that goes with it.</summary>
    /// <param name="status">The status, as a word.</param>
    /// <param name="style">The session's <c>$PSStyle</c>.</param>
    public static string Status(object? status, object? style) => Coloured(status?.ToString() ?? "", status?.ToString() ?? "", style);

    /// <summary>The status of a run in its colour; of one that is under way, how many of its operations have ended as well.</summary>
    /// <param name="status">The status, as a word.</param>
    /// <param name="counts">The numbers of its operations by status.</param>
    /// <param name="style">The session's <c>$PSStyle</c>.</param>
    public static string RunStatus(object? status, IDictionary? counts, object? style)
    {
        var word = Status(status, style);
        if (counts is null || $"{status}" is not ("Running" or "Suspended"))
        {
            return word;
        }

        long ended = 0, all = 0;
        foreach (var name in counts.Keys)
        {
            var number = LanguagePrimitives.ConvertTo<long>(counts[name]);
            all += number;
            ended += Ended.Contains($"{name}") ? number : 0;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{word} {ended}/{all}");
    }

    /// <summary>A share as a bar: as many of its places as the share has of the whole, and at least the thinnest line of one that is more than nothing.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="places">The places of the whole.</param>
    public static string Bar(double? share, int places)
    {
        // Eighths of a place, the thinnest first.
        const string parts = "▏▎▍▌▋▊▉";
        if (share is not > 0)
        {
            return "";
        }

        var eighths = Math.Max(1, (int)Math.Round(Math.Min(1, share.Value) * places * 8));
        return new string('█', eighths / 8) + (eighths % 8 > 0 ? parts[(eighths % 8) - 1] : "");
    }

    /// <summary>The operations of a run as a bar: <c>█</c> succeeded, <c>▒</c> failed, <c>░</c> skipped or canceled, and blank what has not ended. Each that there is has a place at least.</summary>
    /// <param name="counts">The numbers of its operations by status.</param>
    /// <param name="places">The places of all operations, four or more.</param>
    /// <param name="style">The session's <c>$PSStyle</c>.</param>
    public static string Shares(IDictionary? counts, int places, object? style)
    {
        var numbers = new long[Shades.Length];
        foreach (var name in counts?.Keys ?? Array.Empty<object>())
        {
            var shade = Array.FindIndex(Shades, shade => shade.Statuses.Contains($"{name}"));
            numbers[shade < 0 ? numbers.Length - 1 : shade] += LanguagePrimitives.ConvertTo<long>(counts![name]);
        }

        if (numbers.Sum() is var all && all == 0)
        {
            return "";
        }

        var given = Array.ConvertAll(numbers, number => number > 0 ? 1 : 0);
        while (given.Sum() < places)
        {
            // The next place is for what is furthest from its share.
            given[Enumerable.Range(0, given.Length).MaxBy(shade => ((double)numbers[shade] / all * places) - given[shade])]++;
        }

        var parts = Shades.Select((shade, index) => (shade.Status, Text: new string(shade.Sign, given[index]))).Where(part => part.Text.Length > 0);
        return string.Concat(parts.Select(part => Coloured(part.Text, part.Status, style)));
    }

    /// <summary>What an operation came to, on one line: its error, why it was skipped, or what it returned.</summary>
    /// <param name="result">The result of the operation.</param>
    public static string Outcome(LabOperationResult? result) => OneLine(
        result?.SkippedBecause?.Short ?? result?.Error ?? (result?.UpToDate == true ? "up to date" : null) ?? result?.Live switch
        {
            null or [] => "",
            [var only] => only?.ToString(),
            var several => Count(several.Length, "object"),
        });

    /// <summary>Why a run did not succeed, the causes before their consequences: <c>'web' Failed: no IIS; 2 skipped</c>.</summary>
    /// <param name="results">The results of the run.</param>
    public static string Causes(LabOperationResult[] results)
    {
        const int named = 5;
        var causes = results.Where(result => !result.Success && result.Ending is not (OperationStatus.Skipped or OperationStatus.Canceled)).ToArray();
        var skipped = results.Count(result => result.Ending == OperationStatus.Skipped);
        var canceled = results.Count(result => result.Ending == OperationStatus.Canceled);
        List<string> parts = [.. causes.Take(named).Select(result => $"'{result.Name}' {result.Status}{(result.Error is null ? "" : ": " + OneLine(result.Error).TrimEnd('.'))}")];
        if (causes.Length > named)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{causes.Length - named} more failed"));
        }

        if (canceled > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{canceled} canceled"));
        }

        if (skipped > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{skipped} skipped"));
        }

        return string.Join("; ", parts);
    }

    /// <summary>Numbers by name: <c>18 Succeeded, 1 Failed</c>.</summary>
    /// <param name="counts">The numbers.</param>
    public static string Counts(IDictionary? counts) =>
        counts is null ? "" : string.Join(", ", counts.Keys.Cast<object>().OrderBy(name => Array.IndexOf(StatusOrder, $"{name}")).Select(name => $"{counts[name]} {name}"));

    /// <summary>The first line of a text, cut where it is too long for a table.</summary>
    /// <param name="text">The text.</param>
    public static string OneLine(string? text)
    {
        var line = (text ?? "").AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length <= Widest ? line.ToString() : string.Concat(line[..(Widest - 1)], "…");
    }

    private static string Coloured(string text, string status, object? style)
    {
        var colour = status switch
        {
            "Succeeded" or "Success" or "Valid" or "Healthy" or "Recovered" or "Ok" or "True" => "Green",
            "Running" or "DryRun" => "Cyan",
            "Skipped" or "NotFound" or "NoConfiguration" => "BrightBlack",
            "PartiallySucceeded" or "Canceled" or "Parked" or "Suspended" or "Degraded" or "Warning" or "warning" => "Yellow",
            _ => "Red",
        };
        return status.Length == 0 || Member(Member(style, "Foreground"), colour) is not string on ? text : $"{on}{text}{Member(style, "Reset")}";
    }

    private static object? Member(object? item, string name) => item is null ? null : PSObject.AsPSObject(item).Properties[name]?.Value;
}
