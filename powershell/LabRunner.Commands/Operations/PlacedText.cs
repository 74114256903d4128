namespace LabRunner.Operations;

/// <summary>A script's text, with so much in front that every position in it is the one in its file.</summary>
internal static class PlacedText
{
    /// <summary>The text as it is to be parsed when it begins at this line, counted from 1.</summary>
    /// <remarks>A comment of many lines is one token. As empty lines, which are a token each, those of a lab with thousands of scripts cost minutes.</remarks>
    internal static string At(int line, string text) => line < 2 ? text : $"<#{new string('\n', line - 2)}#>\n{text}";
}
