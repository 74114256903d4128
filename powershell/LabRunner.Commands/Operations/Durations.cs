using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace LabRunner.Operations;

/// <summary>Reads limits: a number is minutes, a text says its unit.</summary>
internal static partial class Durations
{
    /// <summary>The time the value stands for; nothing when it cannot be read or is not above zero.</summary>
    internal static TimeSpan? Read(object value)
    {
        var time = value switch
        {
            TimeSpan span => span,
            string text => Text(text.Trim()),
            _ when LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double minutes) => Minutes(minutes),
            _ => null,
        };
        return time > TimeSpan.Zero ? time : null;
    }

    /// <summary>A pause, which may be none and is mostly short: a bare number is seconds.</summary>
    internal static TimeSpan? Pause(object value)
    {
        var time = value switch
        {
            TimeSpan span => span,
            bool => null,
            string text when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => Text(text.Trim()),
            _ when LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double seconds) => Minutes(seconds / 60),
            _ => null,
        };
        return time >= TimeSpan.Zero ? time : null;
    }

    /// <summary>That many minutes, as far as a TimeSpan reaches.</summary>
    internal static TimeSpan? Minutes(double minutes) =>
        double.IsNaN(minutes) ? null : minutes >= TimeSpan.MaxValue.TotalMinutes ? TimeSpan.MaxValue : TimeSpan.FromMinutes(minutes);

    private static TimeSpan? Text(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes))
        {
            return Minutes(minutes);
        }

        var match = Unit().Match(text);
        if (match.Success)
        {
            var number = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            return match.Groups[2].Value.ToLowerInvariant() switch
            {
                "ms" => Minutes(number / 60_000),
                "s" or "sec" or "second" or "seconds" => Minutes(number / 60),
                "h" or "hour" or "hours" => Minutes(number * 60),
                "d" or "day" or "days" => Minutes(number * 1_440),
                _ => Minutes(number),
            };
        }

        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
    }

    [GeneratedRegex(@"^(\d+(?:\.\d+)?)\s*(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unit();
}
