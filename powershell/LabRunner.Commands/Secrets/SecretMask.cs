using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;

namespace LabRunner.Secrets;

/// <summary>Knows the secrets that this process has handed out, and takes them out of whatever text leaves an operation.</summary>
/// <remarks>What is shorter than three characters is not masked: it would take every other word apart.</remarks>
internal static class SecretMask
{
    internal const string Mask = "********";

    private const int Shortest = 3;

    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);

    /// <summary>Remembers a secret.</summary>
    internal static void Add(string secret)
    {
        if (secret.Length >= Shortest)
        {
            Known.TryAdd(secret, true);
        }
    }

    /// <summary>The text without any secret.</summary>
    internal static string Text(string text)
    {
        if (Known.IsEmpty || text.Length < Shortest)
        {
            return text;
        }

        // The longest first: one secret may be the beginning of another.
        foreach (var secret in Known.Keys.OrderByDescending(secret => secret.Length))
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>What an operation wrote to its output: text, and text in tables and objects made by scripts.</summary>
    internal static PSObject? Output(PSObject? item)
    {
        if (Known.IsEmpty || item is null)
        {
            return item;
        }

        switch (item.BaseObject)
        {
            case string text when Text(text) is var masked && !ReferenceEquals(masked, text) && masked != text:
                return PSObject.AsPSObject(masked);
            case IDictionary { IsReadOnly: false } table:
                foreach (var key in table.Keys.Cast<object>().ToArray())
                {
                    if (Plain(table[key]) is string value && Text(value) is var masked && masked != value)
                    {
                        table[key] = masked;
                    }
                }

                return item;
            case PSCustomObject:
                foreach (var property in item.Properties.OfType<PSNoteProperty>().Where(property => property.IsSettable))
                {
                    if (Plain(property.Value) is string value && Text(value) is var masked && masked != value)
                    {
                        property.Value = masked;
                    }
                }

                return item;
            default:
                return item;
        }
    }

    /// <summary>A record of any stream but the output; the same one when there is nothing to mask in it.</summary>
    internal static object Record(object record)
    {
        if (Known.IsEmpty)
        {
            return record;
        }

        switch (record)
        {
            case ErrorRecord error:
                return Error(error);
            case WarningRecord warning when Text(warning.Message) is var text && text != warning.Message:
                return new WarningRecord(text);
            case VerboseRecord verbose when Text(verbose.Message) is var text && text != verbose.Message:
                return new VerboseRecord(text);
            case DebugRecord debug when Text(debug.Message) is var text && text != debug.Message:
                return new DebugRecord(text);
            case InformationRecord information:
                return Information(information);
            default:
                return record;
        }
    }

    /// <summary>An error; its exception is replaced when its text holds a secret.</summary>
    internal static ErrorRecord Error(ErrorRecord error)
    {
        if (Known.IsEmpty)
        {
            return error;
        }

        var message = error.Exception?.Message ?? "";
        var shown = error.ToString();
        var target = error.TargetObject is string text ? Text(text) : error.TargetObject;
        var id = error.FullyQualifiedErrorId ?? "";
        if (Text(message) == message && Text(shown) == shown && Text(id) == id && Equals(target, error.TargetObject))
        {
            return error;
        }

        // The text of a throw is its id as well. The position is lost with the record it belongs to; the line it shows may hold the secret too.
        return new ErrorRecord(new RuntimeException(Text(message)), Text(id.Split(',')[0]), error.CategoryInfo.Category, target)
        {
            ErrorDetails = Text(shown) == Text(message) ? null : new ErrorDetails(Text(shown)),
        };
    }

    private static InformationRecord Information(InformationRecord information)
    {
        switch (Plain(information.MessageData))
        {
            case string text when Text(text) is var masked && masked != text:
                return Copy(masked);
            case HostInformationMessage host when Text(host.Message ?? "") is var masked && masked != host.Message:
                return Copy(new HostInformationMessage { Message = masked, NoNewLine = host.NoNewLine, ForegroundColor = host.ForegroundColor, BackgroundColor = host.BackgroundColor });
            default:
                return information;
        }

        InformationRecord Copy(object data)
        {
            var copy = new InformationRecord(data, information.Source) { TimeGenerated = information.TimeGenerated };
            copy.Tags.AddRange(information.Tags);
            return copy;
        }
    }

    private static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}
