using System.Management.Automation;
using System.Text;

namespace LabRunner.Pilot;

/// <summary>What a line from an operation's own process says.</summary>
internal enum FrameKind
{
    /// <summary>An output object.</summary>
    Output = 'O',

    /// <summary>An error record.</summary>
    Error = 'E',

    /// <summary>A line that a program wrote to its standard error.</summary>
    ProgramText = 'P',

    /// <summary>A warning.</summary>
    Warning = 'W',

    /// <summary>A verbose message.</summary>
    Verbose = 'V',

    /// <summary>A debug message.</summary>
    Debug = 'D',

    /// <summary>An information record.</summary>
    Information = 'I',

    /// <summary>The error that ended the operation.</summary>
    Failure = 'F',

    /// <summary>The exit code of its script file.</summary>
    ExitCode = 'X',

    /// <summary>Whether its test says that its work is done.</summary>
    Test = 'T',

    /// <summary>It asks for a restart of the machine.</summary>
    Restart = 'R',

    /// <summary>The operation has come to its end.</summary>
    End = '.',
}

/// <summary>One line between an operation's own process and the worker that waits for it: a mark, a kind, CLIXML in base64.</summary>
/// <remarks>Whatever else the process writes to its standard output has no mark, and is text.</remarks>
internal static class Frame
{
    /// <summary>How deep objects are copied.</summary>
    internal const int Depth = 4;

    private const string Mark = "#<LabRunner>";

    /// <summary>The line.</summary>
    internal static string Of(FrameKind kind, object? value) => Mark + (char)kind + Pack(value);

    /// <summary>Reads a line; nothing when it is other text.</summary>
    internal static (FrameKind Kind, object? Value)? Read(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal) || line.Length <= Mark.Length)
        {
            return null;
        }

        try
        {
            return ((FrameKind)line[Mark.Length], Unpack(line[(Mark.Length + 1)..]));
        }
        catch (Exception error) when (error is FormatException or System.Xml.XmlException or PSArgumentException)
        {
            return null;
        }
    }

    /// <summary>A value as text without line ends.</summary>
    internal static string Pack(object? value) => Convert.ToBase64String(Encoding.UTF8.GetBytes(PSSerializer.Serialize(value, Depth)));

    /// <summary>The copy of a value.</summary>
    internal static object? Unpack(string text) => PSSerializer.Deserialize(Encoding.UTF8.GetString(Convert.FromBase64String(text)));
}
