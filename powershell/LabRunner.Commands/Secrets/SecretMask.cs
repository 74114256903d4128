using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;

namespace LabRunner.Secrets;

/// <summary>Knows the secrets that this process has handed out, and takes them out of whatever text leaves an operation.</summary>
/// <remarks>What is shorter than three characters is not masked: it would take every other word apart.</remarks>
internal static class SecretMask
{
    internal const string Mask = "********";

    private const int Shortest = 3;

    // A line of a secret of several lines is masked by itself when it is at least as long.
    private const int ShortestLine = 4;

    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);

    /// <summary>Remembers a secret.</summary>
    internal static void Add(string secret)
    {
        if (secret.Length >= Shortest)
        {
            Known.TryAdd(secret, true);
            _hasNumber |= IsNumber(secret);
        }

        // What is written is seen line by line.
        foreach (var line in secret.Contains('\n', StringComparison.Ordinal) ? secret.Split('\n') : [])
        {
            if (line.Trim() is { Length: >= ShortestLine } part)
            {
                Known.TryAdd(part, true);
                _hasNumber |= IsNumber(part);
            }
        }
    }

    /// <summary>All that is masked.</summary>
    internal static IEnumerable<string> All => Known.Keys;

    /// <summary>Whether any secret reads as a number, so that numbers have to be looked at.</summary>
    internal static bool HasNumber => _hasNumber;

    /// <summary>Whether a number is written as a secret is.</summary>
    internal static bool IsSecretNumber(object? value) => _hasNumber && value switch
    {
        int or long or uint or ulong or short or ushort or byte or sbyte or double or float or decimal or System.Numerics.BigInteger =>
            Known.ContainsKey(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)),
        _ => false,
    };

    private static volatile bool _hasNumber;

    private static bool IsNumber(string secret) => double.TryParse(secret, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

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

    /// <summary>What an operation wrote to its output: text, and text in tables, lists and objects made by scripts, however deep.</summary>
    internal static PSObject? Output(PSObject? item) =>
        Known.IsEmpty || item is null || DeepMask.Of(item) is not { } masked || ReferenceEquals(masked, item) ? item : PSObject.AsPSObject(masked);

    /// <summary>How far an operation says it is; the same record when there is nothing to mask in it.</summary>
    internal static ProgressRecord Progress(ProgressRecord record)
    {
        if (Known.IsEmpty)
        {
            return record;
        }

        var (activity, status, current) = (Text(record.Activity ?? ""), Text(record.StatusDescription ?? ""), Text(record.CurrentOperation ?? ""));
        return activity == (record.Activity ?? "") && status == (record.StatusDescription ?? "") && current == (record.CurrentOperation ?? "")
            ? record
            : new ProgressRecord(record.ActivityId, activity, status)
            {
                CurrentOperation = record.CurrentOperation is null ? null : current,
                ParentActivityId = record.ParentActivityId,
                PercentComplete = record.PercentComplete,
                SecondsRemaining = record.SecondsRemaining,
                RecordType = record.RecordType,
            };
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
            case ProgressRecord progress:
                return Progress(progress);
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
        var target = DeepMask.Of(error.TargetObject);
        var id = error.FullyQualifiedErrorId ?? "";
        if (Text(message) == message && Text(shown) == shown && Text(id) == id && Causes(error.Exception) is var causes && Text(causes) == causes && ReferenceEquals(target, error.TargetObject))
        {
            return error;
        }

        // The text of a throw is its id as well. The position is lost with the record it belongs to; the line it shows may hold the secret too.
        return new ErrorRecord(new RuntimeException(Text(message)), Text(id.Split(',')[0]), error.CategoryInfo.Category, target)
        {
            ErrorDetails = Text(shown) == Text(message) ? null : new ErrorDetails(Text(shown)),
        };
    }

    // What comes back from a process of its own is wrapped.
    private static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private static InformationRecord Information(InformationRecord information)
    {
        switch (Plain(information.MessageData))
        {
            case HostInformationMessage host when Text(host.Message ?? "") is var masked && masked != host.Message:
                return Copy(new HostInformationMessage { Message = masked, NoNewLine = host.NoNewLine, ForegroundColor = host.ForegroundColor, BackgroundColor = host.BackgroundColor });
            case HostInformationMessage:
                return information;
            case var data when DeepMask.Of(data) is { } masked && !ReferenceEquals(masked, data):
                return Copy(masked);
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

    // What the errors behind an error say is shown with it.
    private static string Causes(Exception? error)
    {
        var said = "";
        for (var depth = 0; error?.InnerException is { } cause && depth < 32; depth++)
        {
            said += cause.Message + "\n";
            error = cause;
        }

        return said;
    }
}
