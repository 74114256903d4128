namespace LabRunner.Cmdlets;

/// <summary>The functions in the text of <c>LabRunner.Functions.ps1</c>, in the layout that staging checks.</summary>
/// <remarks>
/// A line <c>#region Public/Name.ps1</c> is above the functions of a file. A function begins with the line <c>function Name {</c> and
/// ends with the next line that is <c>}</c> alone.
/// </remarks>
internal static class FunctionTexts
{
    private const string Region = "#region ";
    private const string Public = "Public/";
    private const string Function = "function ";

    /// <summary>Each function: its name, whether it is exported, and the text between its braces.</summary>
    internal static IEnumerable<(string Name, bool IsExported, string Body)> Of(string text)
    {
        var isExported = false;
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            var line = text.AsSpan(start, end - start);
            start = end + 1;
            if (line.StartsWith(Region, StringComparison.Ordinal))
            {
                isExported = line[Region.Length..].StartsWith(Public, StringComparison.Ordinal);
            }
            else if (line.StartsWith(Function, StringComparison.Ordinal))
            {
                var name = line[Function.Length..^" {".Length].ToString();
                var close = text.IndexOf("\n}\n", end, StringComparison.Ordinal);
                if (close < 0)
                {
                    throw Damaged(name);
                }

                yield return (name, isExported, text[start..(close + 1)]);
                start = close + "\n}\n".Length;
            }
        }
    }

    private static LabRunnerException Damaged(string name)
    {
        return new LabRunnerException("LabRunner.IncompleteModule", System.Management.Automation.ErrorCategory.InvalidData, $"The function '{name}' of the module has no end.", "Copy the whole folder of the module, or install it again.", name);
    }
}
