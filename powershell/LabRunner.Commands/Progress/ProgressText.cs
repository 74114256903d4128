using System.Text.RegularExpressions;

namespace LabRunner.Progress;

/// <summary>Text of others for one line: no line breaks, no colours, nothing that moves the cursor.</summary>
internal static partial class ProgressText
{
    /// <summary>The first line of it, as plain text.</summary>
    internal static string Plain(string? text) =>
        string.IsNullOrEmpty(text) ? "" : Controls().Replace(Sequences().Replace(LabDisplay.OneLine(text), ""), " ");

    [GeneratedRegex(@"\x1b(\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])")]
    private static partial Regex Sequences();

    [GeneratedRegex(@"\p{Cc}")]
    private static partial Regex Controls();
}
