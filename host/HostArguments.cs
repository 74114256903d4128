using System.Management.Automation.Runspaces;

namespace LabRunner.Host;

/// <summary>The command line, in the words of PowerShell's own.</summary>
internal sealed class HostArguments
{
    /// <summary>How the host is called.</summary>
    public const string Usage =
        "usage: LabRunner.Host [-NoProfile] [-NonInteractive] (-File <script.ps1> [arguments] | -Command <text>)";

    /// <summary>The script to run.</summary>
    public string? File { get; private init; }

    /// <summary>The text to run.</summary>
    public string? Command { get; private init; }

    /// <summary>Whether a prompt is an error.</summary>
    public bool NonInteractive { get; private init; }

    /// <summary>The script's own arguments.</summary>
    public IReadOnlyList<CommandParameter> Rest { get; private init; } = [];

    /// <summary>Reads a command line.</summary>
    /// <exception cref="ArgumentException">It has an unknown option, or nothing to run.</exception>
    public static HostArguments Parse(string[] arguments)
    {
        var nonInteractive = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            var rest = arguments[(i + 1)..];
            switch (arguments[i].ToUpperInvariant())
            {
                case "-NOPROFILE" or "-NOP" or "-NOLOGO":
                    break;
                case "-NONINTERACTIVE" or "-NONI":
                    nonInteractive = true;
                    break;
                case "-FILE" or "-F":
                    return ForFile(rest, nonInteractive);
                case "-COMMAND" or "-C" when rest.Length > 0:
                    return new HostArguments { Command = string.Join(' ', rest), NonInteractive = nonInteractive };
                case "-COMMAND" or "-C":
                    throw new ArgumentException("-Command needs a text to run.");
                case var option when option.StartsWith('-'):
                    throw new ArgumentException($"The fallback host does not know the option {arguments[i]}.");
                default:
                    return ForFile(arguments[i..], nonInteractive);
            }
        }

        throw new ArgumentException("There is nothing to run; the fallback host has no prompt.");
    }

    private static HostArguments ForFile(string[] arguments, bool nonInteractive)
    {
        if (arguments.Length == 0)
        {
            throw new ArgumentException("-File needs a script to run.");
        }

        var file = Path.GetFullPath(arguments[0]);
        if (!System.IO.File.Exists(file))
        {
            throw new ArgumentException($"The script '{arguments[0]}' does not exist.");
        }

        return new HostArguments { File = file, NonInteractive = nonInteractive, Rest = arguments[1..].Select(Parameter).ToList() };
    }

    /// <summary>A word that looks like a parameter name is one, with its value behind a colon or as the next word.</summary>
    private static CommandParameter Parameter(string word)
    {
        if (word.Length < 2 || word[0] != '-' || !char.IsLetter(word[1]))
        {
            return new CommandParameter(null, word);
        }

        var colon = word.IndexOf(':');
        if (colon < 0)
        {
            return new CommandParameter(word, null);
        }

        var value = word[(colon + 1)..];
        return value.ToUpperInvariant() switch
        {
            "$TRUE" => new CommandParameter(word[..colon], true),
            "$FALSE" => new CommandParameter(word[..colon], false),
            _ => new CommandParameter(word[..colon], value),
        };
    }
}
