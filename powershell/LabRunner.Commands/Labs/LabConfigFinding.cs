using System.Globalization;
using System.Text.Json.Serialization;
using LabRunner.Interop;

namespace LabRunner;

/// <summary>Something that was found in a lab file.</summary>
public sealed class LabConfigFinding
{
    internal LabConfigFinding(string id, string severity, string message)
    {
        Id = id;
        Severity = severity;
        Message = message;
    }

    /// <summary>The stable id, such as <c>LabRunner.MalformedYaml</c>.</summary>
    public string Id { get; }

    /// <summary>The same as a number to search for, such as <c>LR0201</c>.</summary>
    public string? Code { get; internal init; }

    /// <summary><c>error</c> or <c>warning</c>.</summary>
    public string Severity { get; }

    /// <summary>One sentence that names the culprit.</summary>
    public string Message { get; }

    /// <summary>What to do about it.</summary>
    public string? Advice { get; internal init; }

    /// <summary>The operation it is about.</summary>
    public string? Operation { get; internal init; }

    /// <summary>The file it is in.</summary>
    public string? File { get; internal init; }

    /// <summary>Its line, from 1; nothing for a finding about the file as a whole.</summary>
    public int? Line { get; internal init; }

    /// <summary>Its column, from 1.</summary>
    public int? Column { get; internal init; }

    /// <summary>The line it stands on, and carets under it.</summary>
    public string? Snippet { get; internal init; }

    /// <summary>Whether it keeps the lab from being run.</summary>
    [JsonIgnore]
    public bool IsError => Severity == Error;

    internal const string Error = "error";
    internal const string Warning = "warning";

    /// <summary>The finding as compilers write theirs: <c>file:line:column: message</c>.</summary>
    public override string ToString() => Line is null
        ? Message
        : string.Create(CultureInfo.InvariantCulture, $"{(File is null ? "" : File + ":")}{Line}:{Column}: {Message}");

    /// <summary>The finding and what to do, on one line: PowerShell's error view folds the line ends of messages.</summary>
    internal string Explained => Advice is null ? ToString() : $"{Alone} {Advice}";

    /// <summary>The finding as a whole sentence, where its advice is shown elsewhere.</summary>
    internal string Alone => Message.EndsWith('.') ? ToString() : ToString() + ".";

    /// <summary>The finding as an error, where what it is about is needed after all.</summary>
    internal LabConfigFinding AsError() => new(Id, Error, Message)
    {
        Code = Code,
        Advice = Advice,
        Operation = Operation,
        File = File,
        Line = Line,
        Column = Column,
        Snippet = Snippet,
    };

    internal static LabConfigFinding Of(LabDiagnostic found) => new(found.Id, found.IsError ? Error : Warning, found.Message)
    {
        Code = found.Code,
        Advice = found.Advice,
        Operation = found.Operation,
        File = found.At?.File,
        Line = found.At?.Line,
        Column = found.At?.Column,
        Snippet = found.Snippet,
    };

    internal static LabConfigFinding Of(LabFinding found, LabPlace? at = null) => new(found.Id, found.IsWarning ? Warning : Error, found.Message)
    {
        Advice = found.Advice,
        Operation = found.Operation,
        File = at?.File,
        Line = at?.Line,
        Column = at?.Column,
    };
}
