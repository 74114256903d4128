using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace LabRunner.Streams;

/// <summary>Records and output objects as the text that is kept of them.</summary>
internal static class RecordText
{
    // What an object is cut to that is neither text nor a number.
    private const int LongestObject = 1000;
    private const int MostKeys = 20;

    /// <summary>A record of any stream but the output: of an error its message, where it happened, and the calls that led there.</summary>
    internal static string Of(object record) => record switch
    {
        ErrorRecord error => Error(error),
        InformationalRecord message => message.Message ?? "",
        InformationRecord { MessageData: HostInformationMessage message } => message.Message ?? "",
        InformationRecord { MessageData: string text } => text,
        InformationRecord information => OfObject(information.MessageData),
        var other => OfObject(other),
    };

    /// <summary>An output object: text and numbers as they are, others on one line.</summary>
    internal static string OfObject(object? item)
    {
        switch (item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item)
        {
            case null:
                return "";
            case string text:
                return text;
            case ErrorRecord error:
                return Error(error);
            case IFormattable number when number is int or long or double or decimal or float or uint or ulong or short or ushort or byte or sbyte:
                return number.ToString(null, CultureInfo.InvariantCulture);
            case IDictionary table:
                return OneLine(Table(table.Keys.Cast<object>().Select(key => (key, (object?)table[key])), table.Count));
            default:
                return OneLine(Shown(item));
        }
    }

    private static string Error(ErrorRecord error)
    {
        var text = new StringBuilder(error.ToString());
        foreach (var more in (string?[])[error.InvocationInfo?.PositionMessage, error.ScriptStackTrace])
        {
            if (!string.IsNullOrWhiteSpace(more))
            {
                text.Append('\n').Append(more.TrimEnd());
            }
        }

        return text.ToString();
    }

    private static string Table(IEnumerable<(object Key, object? Value)> entries, int count)
    {
        var parts = entries.Take(MostKeys).Select(entry => $"{Shown(entry.Key)}={Shown(entry.Value)}").ToList();
        if (count > MostKeys)
        {
            parts.Add("…");
        }

        return $"@{{{string.Join("; ", parts)}}}";
    }

    // Nothing of a script is called here: it would wait for the runspace that it was made in.
    private static string Shown(object? item)
    {
        if (item is PSObject { BaseObject: PSCustomObject } made)
        {
            PSNoteProperty[] notes = [.. made.Properties.OfType<PSNoteProperty>()];
            return Table(notes.Select(note => ((object)note.Name, (object?)(note.Value is PSObject { BaseObject: PSCustomObject } ? "…" : note.Value))), notes.Length);
        }

        var plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        try
        {
            return plain is null ? "" : plain.GetType().Assembly.IsDynamic ? plain.GetType().Name : Convert.ToString(plain, CultureInfo.InvariantCulture) ?? "";
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return plain?.GetType().FullName ?? "";
        }
    }

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Length <= LongestObject ? line : string.Concat(line.AsSpan(0, LongestObject - 1), "…");
    }
}
