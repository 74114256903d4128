using System.Globalization;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Progress;

/// <summary>What is said of an attempt that failed and is followed by another one.</summary>
internal static class RetryText
{
    /// <summary>Such as <c>failed: no answer; waits 2 s, then attempt 2 of 4</c>.</summary>
    internal static string Of(LabEvent happened, long? attempts)
    {
        var ended = happened.Status switch { "TimedOut" => "took too long", "Canceled" => "was stopped by order", _ => "failed" };
        var why = happened.Error?.Message is not { Length: > 0 } message || ended != "failed" ? "" : $": {LabDisplay.OneLine(message)}";
        var next = $"attempt {happened.Attempt + 1}{(attempts is { } most ? $" of {most}" : "")}";
        return happened.DelayMs < 1 ? $"{ended}{why}; {next} follows" : $"{ended}{why}; waits {Pause(happened.DelayMs)}, then {next}";
    }

    private static string Pause(double ms) => ms switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.#} s"),
        _ => LabDisplay.Duration(TimeSpan.FromMilliseconds(ms)),
    };
}
