using System.Management.Automation;

namespace LabRunner.Operations;

/// <summary>A script's text, with so much in front that every position in it is the one in its file.</summary>
internal static class PlacedText
{
    private const string Opens = "<#";
    private const string Closes = "#>\n";

    /// <summary>The text as it is to be parsed when it begins at this line, counted from 1.</summary>
    /// <remarks>A comment of many lines is one token. As empty lines, which are a token each, those of a lab with thousands of scripts cost minutes.</remarks>
    internal static string At(int line, string text) => line < 2 ? text : $"{Opens}{new string('\n', line - 2)}{Closes}{text}";

    /// <summary>The text of a script without what was put in front of it: the same wherever it is in its file.</summary>
    internal static string Of(ScriptBlock script)
    {
        var text = script.ToString();
        if (!text.StartsWith(Opens, StringComparison.Ordinal))
        {
            return text;
        }

        var rest = text.AsSpan(Opens.Length).TrimStart('\n');
        return rest.StartsWith(Closes, StringComparison.Ordinal) ? rest[Closes.Length..].ToString() : text;
    }
}
