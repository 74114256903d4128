using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>What the cmdlets over providers share: errors that stay errors of one path, and paths resolved to files.</summary>
public abstract class PathCmdlet : PSCmdlet
{
    /// <summary>Does something to one path; what goes wrong there is an error of that path and ends nothing else.</summary>
    internal void Attempt(object? target, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is PipelineStoppedException or FlowControlException)
        {
            throw;
        }
        catch (Exception error) when (error is IContainsErrorRecord)
        {
            WriteError(new ErrorRecord(((IContainsErrorRecord)error).ErrorRecord, error));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException or NotSupportedException)
        {
            var category = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => ErrorCategory.ObjectNotFound,
                UnauthorizedAccessException => ErrorCategory.PermissionDenied,
                ArgumentException or NotSupportedException => ErrorCategory.InvalidArgument,
                InvalidDataException => ErrorCategory.InvalidData,
                _ => ErrorCategory.WriteError,
            };
            WriteError(new ErrorRecord(error, error.GetType().Name, category, target));
        }
    }

    /// <summary>A path that needs not exist, as its provider names it.</summary>
    internal string Unresolved(string path, out ProviderInfo provider) =>
        SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _);

    /// <summary>The file system path of something that needs not exist.</summary>
    internal string ToFilePath(string path)
    {
        var result = Unresolved(path, out var provider);
        return IsFileSystem(provider) ? result : throw new PSNotSupportedException($"'{path}' is not a path of the file system.");
    }

    /// <summary>Every file system path that matches.</summary>
    internal IEnumerable<string> FilePaths(string path, bool literal)
    {
        if (literal)
        {
            return [ToFilePath(path)];
        }

        var results = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
        return IsFileSystem(provider) ? results : throw new PSNotSupportedException($"'{path}' is not a path of the file system.");
    }

    internal static bool IsFileSystem(ProviderInfo provider) => provider.Name == "FileSystem";

    /// <summary>The encoding a script names; without one UTF-8 without a byte order mark.</summary>
    internal static Encoding EncodingOf(string? name) => name?.ToUpperInvariant() switch
    {
        null or "UTF8" or "UTF8NOBOM" or "DEFAULT" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        "UTF8BOM" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
        "ASCII" => Encoding.ASCII,
        "UNICODE" => Encoding.Unicode,
        "BIGENDIANUNICODE" => Encoding.BigEndianUnicode,
        "UTF32" => Encoding.UTF32,
        "LATIN1" => Encoding.Latin1,
        _ => throw new PSArgumentException($"The encoding '{name}' is not known here."),
    };
}

/// <summary>A cmdlet with -Path, which takes wildcards, and -LiteralPath, which does not.</summary>
public abstract class ItemPathCmdlet : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get => Path; set => Path = value; }

    internal bool IsLiteral => ParameterSetName == "LiteralPath";
}
