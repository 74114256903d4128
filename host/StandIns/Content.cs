using System.Collections;
using System.Management.Automation;
using System.Security.Cryptography;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Get-Content, without -Wait, -Delimiter and -ReadCount.</summary>
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = "Path")]
public sealed class GetContentCommand : ItemPathCmdlet
{
    [Parameter]
    [Alias("First", "Head")]
    [ValidateRange(0, int.MaxValue)]
    public int? TotalCount { get; set; }

    [Parameter]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    [Parameter]
    public string? Encoding { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Attempt(path, () =>
            {
                Unresolved(path, out var provider);
                if (!IsFileSystem(provider))
                {
                    ReadOther(path);
                    return;
                }

                foreach (var file in FilePaths(path, IsLiteral))
                {
                    Attempt(file, () => ReadFile(file));
                }
            });
        }
    }

    private void ReadFile(string file)
    {
        if (!File.Exists(file))
        {
            if (Directory.Exists(file))
            {
                throw new UnauthorizedAccessException($"Unable to get content because it is a directory: '{file}'.");
            }

            var missing = new ItemNotFoundException($"Cannot find path '{file}' because it does not exist.");
            WriteError(new ErrorRecord(missing, "PathNotFound", ErrorCategory.ObjectNotFound, file));
            return;
        }

        if (AsByteStream)
        {
            var bytes = File.ReadAllBytes(file);
            WriteObject(bytes, enumerateCollection: !Raw);
            return;
        }

        var encoding = EncodingOf(Encoding);
        if (Raw)
        {
            WriteObject(File.ReadAllText(file, encoding));
            return;
        }

        var lines = File.ReadLines(file, encoding);
        lines = TotalCount is { } head ? lines.Take(head) : lines;
        foreach (var line in Tail is { } tail ? lines.TakeLast(tail) : lines)
        {
            WriteObject(line);
        }
    }

    private void ReadOther(string path)
    {
        foreach (var reader in InvokeProvider.Content.GetReader([path], Force, IsLiteral))
        {
            using (reader)
            {
                var values = reader.Read(0);
                while (values is { Count: > 0 })
                {
                    WriteObject(values, enumerateCollection: true);
                    values = reader.Read(0);
                }
            }
        }
    }
}

/// <summary>What Set-Content and Add-Content share.</summary>
public abstract class WriteContentCmdlet : ItemPathCmdlet
{
    private readonly ArrayList _values = [];

    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Value { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    public string? Encoding { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract bool Append { get; }

    protected override void ProcessRecord() => _values.AddRange(Value ?? []);

    protected override void EndProcessing()
    {
        foreach (var path in Path.Where(path => ShouldProcess(path)))
        {
            Attempt(path, () =>
            {
                Unresolved(path, out var provider);
                if (IsFileSystem(provider))
                {
                    WriteFiles(path);
                }
                else
                {
                    WriteOther(path);
                }
            });
        }

        if (PassThru)
        {
            WriteObject(_values, enumerateCollection: true);
        }
    }

    private void WriteFiles(string path)
    {
        var end = NoNewline ? string.Empty : Environment.NewLine;
        var text = string.Concat(_values.Cast<object?>().Select(value => LanguagePrimitives.ConvertTo<string>(value) + end));
        var literal = IsLiteral || !WildcardPattern.ContainsWildcardCharacters(path);
        foreach (var file in FilePaths(path, literal))
        {
            if (Force && File.Exists(file))
            {
                File.SetAttributes(file, File.GetAttributes(file) & ~FileAttributes.ReadOnly);
            }

            if (Append)
            {
                File.AppendAllText(file, text, EncodingOf(Encoding));
            }
            else
            {
                File.WriteAllText(file, text, EncodingOf(Encoding));
            }
        }
    }

    private void WriteOther(string path)
    {
        foreach (var writer in InvokeProvider.Content.GetWriter([path], Force, IsLiteral))
        {
            using (writer)
            {
                if (Append)
                {
                    writer.Seek(0, SeekOrigin.End);
                }

                writer.Write(_values);
            }
        }
    }
}

/// <summary>Stand-in for Set-Content.</summary>
[Cmdlet(VerbsCommon.Set, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetContentCommand : WriteContentCmdlet
{
    private protected override bool Append => false;
}

/// <summary>Stand-in for Add-Content.</summary>
[Cmdlet(VerbsCommon.Add, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class AddContentCommand : WriteContentCmdlet
{
    private protected override bool Append => true;
}

/// <summary>What Get-FileHash gives.</summary>
public sealed class FileHashInfo
{
    public string Algorithm { get; set; } = string.Empty;

    public string Hash { get; set; } = string.Empty;

    public string Path { get; set; } = string.Empty;
}

/// <summary>Stand-in for Get-FileHash, without -InputStream.</summary>
[Cmdlet(VerbsCommon.Get, "FileHash", DefaultParameterSetName = "Path")]
public sealed class GetFileHashCommand : ItemPathCmdlet
{
    [Parameter(Position = 1)]
    [ValidateSet("SHA1", "SHA256", "SHA384", "SHA512", "MD5")]
    public string Algorithm { get; set; } = "SHA256";

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Attempt(path, () =>
            {
                foreach (var file in FilePaths(path, IsLiteral))
                {
                    using var stream = File.OpenRead(file);
                    var hash = CryptographicOperations.HashData(new HashAlgorithmName(Algorithm.ToUpperInvariant()), stream);
                    WriteObject(new FileHashInfo { Algorithm = Algorithm.ToUpperInvariant(), Hash = Convert.ToHexString(hash), Path = file });
                }
            });
        }
    }
}
