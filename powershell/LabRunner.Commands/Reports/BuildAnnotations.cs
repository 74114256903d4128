using System.Globalization;
using System.Text;

namespace LabRunner.Reports;

/// <summary>Failures as the build server that this runs on shows them beside the code: a line of output that it reads as a command.</summary>
/// <remarks>
/// What a name or a message holds must neither end the command nor begin another one, so each server's own rules are kept: those of
/// GitHub's toolkit (<c>command.ts</c>), and those of Azure's task library (<c>taskcommand.ts</c>).
/// </remarks>
internal sealed class BuildAnnotations
{
    private readonly bool _isGitHub;

    private BuildAnnotations(bool isGitHub) => _isGitHub = isGitHub;

    /// <summary>The annotations of the build server that this process runs on; nothing where there is none that has them.</summary>
    internal static BuildAnnotations? Here() =>
        IsTrue("GITHUB_ACTIONS") ? new BuildAnnotations(isGitHub: true) : IsTrue("TF_BUILD") ? new BuildAnnotations(isGitHub: false) : null;

    /// <summary>The line for an operation that did not end well.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="lab">The lab file it comes from, for an error that has no line of a script.</param>
    internal string Of(LabOperationResult result, string? lab)
    {
        var place = result.Failure?.InvocationInfo;
        var hasLine = place is { ScriptName.Length: > 0, ScriptLineNumber: > 0 };
        var file = hasLine ? place!.ScriptName : lab;
        var line = hasLine ? place!.ScriptLineNumber.ToString(CultureInfo.InvariantCulture) : null;
        var title = $"{result.Name}: {result.Status}";
        var message = string.IsNullOrWhiteSpace(result.Error) ? title : result.Error;
        return _isGitHub
            ? $"::error {Properties(',', ("file", file), ("line", line), ("title", title))}::{Escaped(message, "")}"
            : $"##vso[task.logissue {Properties(';', ("type", "error"), ("sourcepath", file), ("linenumber", line))}]{Escaped($"{title}: {message}", "")}";
    }

    private string Properties(char between, params (string Name, string? Value)[] all)
    {
        // Neither server may take a part of a value for the next property, or for the end of all of them.
        var special = _isGitHub ? ":," : ";]";
        return string.Join(between, all.Where(one => !string.IsNullOrEmpty(one.Value)).Select(one => $"{one.Name}={Escaped(one.Value!, special)}"));
    }

    private string Escaped(string text, string special)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (letter == '%')
            {
                escaped.Append(_isGitHub ? "%25" : "%AZP25");
            }
            else if (letter is '\r' or '\n' || special.Contains(letter, StringComparison.Ordinal))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)letter:X2}");
            }
            else if (char.IsControl(letter) || letter is '\u2028' or '\u2029')
            {
                // Both servers split their logs into lines, and colours say nothing beside code.
                escaped.Append(' ');
            }
            else
            {
                escaped.Append(letter);
            }
        }

        return escaped.ToString();
    }

    private static bool IsTrue(string variable) => string.Equals(Environment.GetEnvironmentVariable(variable), "true", StringComparison.OrdinalIgnoreCase);
}
