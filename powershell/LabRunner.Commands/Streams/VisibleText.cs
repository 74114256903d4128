using System.Globalization;
using System.Text;

namespace LabRunner.Streams;

/// <summary>Names as they may be shown: whatever would move the cursor, begin a line or command a build system is written out.</summary>
/// <remarks>
/// A name comes from a file or a caller and ends in terminals, logs and annotations. One with a line break would begin a
/// line there that was not written; the same is done in the core, in <c>visible.rs</c>.
/// </remarks>
internal static class VisibleText
{
    /// <summary>The name; itself when there is nothing to write out in it.</summary>
    internal static string Of(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "";
        }

        var first = FirstHidden(name);
        if (first < 0)
        {
            return name;
        }

        var text = new StringBuilder(name, 0, first, name.Length + 8);
        for (var place = first; place < name.Length; place++)
        {
            if (IsHidden(name, place))
            {
                Write(text, name[place]);
            }
            else
            {
                text.Append(name[place]);
            }
        }

        return text.ToString();
    }

    /// <summary>Whether it has to be written out.</summary>
    internal static bool IsNeeded(string? name) => name is not null && FirstHidden(name) >= 0;

    private static int FirstHidden(string name)
    {
        for (var place = 0; place < name.Length; place++)
        {
            if (IsHidden(name, place))
            {
                return place;
            }
        }

        return -1;
    }

    private static bool IsHidden(string name, int place) => name[place] switch
    {
        // GitHub takes a line that begins with two colons for a command, blanks in front or not; Azure and the older GitHub take ##[ anywhere.
        ':' => place + 1 < name.Length && name[place + 1] == ':' && string.IsNullOrWhiteSpace(name[..place]),
        '#' => name.AsSpan(place).StartsWith("##[", StringComparison.Ordinal) || name.AsSpan(place).StartsWith("##vso[", StringComparison.OrdinalIgnoreCase),
        '\u2028' or '\u2029' => true,
        (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => true,
        var letter => char.IsControl(letter),
    };

    private static void Write(StringBuilder text, char letter)
    {
        switch (letter)
        {
            case '\n':
                text.Append("\\n");
                break;
            case '\r':
                text.Append("\\r");
                break;
            case '\t':
                text.Append("\\t");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)letter:x}}}");
                break;
        }
    }
}
