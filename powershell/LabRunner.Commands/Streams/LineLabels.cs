using System.Management.Automation;
using System.Text;

namespace LabRunner.Streams;

/// <summary>Puts the name of its operation in front of every line that is shown, where there are several operations.</summary>
/// <remarks>
/// Pieces that are written with <c>-NoNewline</c> are held until their line ends, so that the lines of operations that
/// write at the same time stay whole. Used by one thread.
/// </remarks>
internal sealed class LineLabels(bool isNeeded)
{
    // A line that never ends is shown in parts of about this many characters.
    private const int LongestLine = 8192;

    private readonly Dictionary<string, OpenLine> _open = new(StringComparer.Ordinal);

    /// <summary>What is to be shown for a record: nothing for a piece of a line that goes on.</summary>
    internal IEnumerable<LabRecord> Of(LabRecord record) => !isNeeded ? [record] : record.Live switch
    {
        ErrorRecord error => [record with { Live = Error(record.Operation, error) }],
        WarningRecord warning => [record with { Live = new WarningRecord(Text(record.Operation, warning.Message)) }],
        VerboseRecord verbose => [record with { Live = new VerboseRecord(Text(record.Operation, verbose.Message)) }],
        DebugRecord debug => [record with { Live = new DebugRecord(Text(record.Operation, debug.Message)) }],
        InformationRecord { MessageData: HostInformationMessage message } information => Piece(record, information, message),
        InformationRecord information => [record with { Live = new LabInformationRecord(information, record.Operation, Text(record.Operation, information.ToString())) }],
        _ => [record],
    };

    /// <summary>An error with the name in its text. The exception, the id and the position are those of the operation's own record.</summary>
    internal ErrorRecord Error(string operation, ErrorRecord error)
    {
        if (!isNeeded)
        {
            return error;
        }

        return new ErrorRecord(error, null)
        {
            ErrorDetails = new ErrorDetails(Text(operation, error.ToString())) { RecommendedAction = error.ErrorDetails?.RecommendedAction ?? "" },
        };
    }

    /// <summary>A text with the name in front of each of its lines.</summary>
    internal string Text(string operation, string? text) => isNeeded ? Labelled(Label(operation), text ?? "", atStart: true, toBeContinued: false) : text ?? "";

    /// <summary>The line that an operation has begun and will not end.</summary>
    internal IEnumerable<LabRecord> Rest(string operation) => _open.Remove(operation, out var line) ? line.End() : [];

    private static string Label(string operation) => $"[{VisibleText.Of(operation)}] ";

    private List<LabRecord> Piece(LabRecord record, InformationRecord information, HostInformationMessage message)
    {
        if (!_open.Remove(record.Operation, out var line))
        {
            line = new OpenLine();
        }

        var goesOn = message.NoNewLine == true && message.Message?.EndsWith('\n') != true;
        var text = Labelled(Label(record.Operation), message.Message ?? "", line.IsAtStart, toBeContinued: message.NoNewLine == true);
        line.Add(record, information, message, text);
        if (!goesOn)
        {
            return line.Pieces;
        }

        if (line.Length >= LongestLine)
        {
            return line.End();
        }

        _open[record.Operation] = line;
        return [];
    }

    private static string Labelled(string label, string text, bool atStart, bool toBeContinued)
    {
        var labelled = new StringBuilder(text.Length + label.Length);
        for (var place = 0; place < text.Length; place++)
        {
            if (atStart)
            {
                labelled.Append(label);
            }

            labelled.Append(text[place]);

            // A carriage return alone goes back to the beginning of the line, and writes over the name.
            atStart = text[place] == '\n' || (text[place] == '\r' && (place + 1 == text.Length || text[place + 1] != '\n'));
        }

        return atStart && !toBeContinued ? labelled.Append(label).ToString() : labelled.ToString();
    }

    private sealed class OpenLine
    {
        internal List<LabRecord> Pieces { get; } = [];

        internal int Length { get; private set; }

        internal bool IsAtStart { get; private set; } = true;

        internal void Add(LabRecord record, InformationRecord information, HostInformationMessage message, string text)
        {
            Length += text.Length;
            IsAtStart = text.EndsWith('\r');
            Pieces.Add(record with { Live = Copy(information, message, text, message.NoNewLine) });
        }

        // The last piece ends the line, so that another operation begins a new one.
        internal List<LabRecord> End()
        {
            var last = Pieces[^1];
            if (last.Live is InformationRecord { MessageData: HostInformationMessage message } information)
            {
                Pieces[^1] = last with { Live = Copy(information, message, message.Message, false) };
            }

            return Pieces;
        }

        private static InformationRecord Copy(InformationRecord information, HostInformationMessage message, string text, bool? noNewLine)
        {
            var shown = new HostInformationMessage
            {
                Message = text,
                NoNewLine = noNewLine,
                ForegroundColor = message.ForegroundColor,
                BackgroundColor = message.BackgroundColor,
            };
            var copy = new InformationRecord(shown, information.Source) { TimeGenerated = information.TimeGenerated };
            copy.Tags.AddRange(information.Tags.Contains("PSHOST") ? information.Tags : [.. information.Tags, "PSHOST"]);
            return copy;
        }
    }
}
