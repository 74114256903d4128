using System.IO.Compression;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Compress-Archive.</summary>
[Cmdlet(VerbsData.Compress, "Archive", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class CompressArchiveCommand : PathCmdlet
{
    private readonly List<string> _sources = [];

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] LiteralPath { get => Path; set => Path = value; }

    [Parameter(Position = 1, Mandatory = true)]
    public string DestinationPath { get; set; } = string.Empty;

    [Parameter]
    [ValidateSet("Optimal", "NoCompression", "Fastest")]
    public string CompressionLevel { get; set; } = "Optimal";

    [Parameter]
    public SwitchParameter Update { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Attempt(path, () => _sources.AddRange(FilePaths(path, ParameterSetName == "LiteralPath").Select(Existing)));
        }
    }

    private static string Existing(string path) =>
        File.Exists(path) || Directory.Exists(path) ? path : throw new FileNotFoundException($"The path '{path}' does not exist.", path);

    protected override void EndProcessing()
    {
        var archive = ToFilePath(DestinationPath.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? DestinationPath : DestinationPath + ".zip");
        if (_sources.Count == 0 || !ShouldProcess(archive))
        {
            return;
        }

        if (File.Exists(archive) && !Update && !Force)
        {
            var error = new IOException($"The archive file {archive} already exists. Use the -Update or the -Force parameter.");
            ThrowTerminatingError(new ErrorRecord(error, "ArchiveFileExists", ErrorCategory.ResourceExists, archive));
        }

        Attempt(archive, () =>
        {
            if (!Update)
            {
                File.Delete(archive);
            }

            using (var zip = ZipFile.Open(archive, Update ? ZipArchiveMode.Update : ZipArchiveMode.Create))
            {
                foreach (var source in _sources)
                {
                    Add(zip, source);
                }
            }

            if (PassThru)
            {
                WriteObject(new FileInfo(archive));
            }
        });
    }

    private void Add(ZipArchive zip, string source)
    {
        if (File.Exists(source))
        {
            AddFile(zip, source, System.IO.Path.GetFileName(source));
            return;
        }

        // A folder keeps its own name inside the archive, an empty one too.
        var parent = System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(source)) ?? source;
        var folders = Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories).Prepend(source);
        foreach (var folder in folders.Where(folder => !Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            zip.CreateEntry(Entry(parent, folder) + "/");
        }

        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            AddFile(zip, file, Entry(parent, file));
        }
    }

    private void AddFile(ZipArchive zip, string file, string name)
    {
        if (zip.Mode == ZipArchiveMode.Update)
        {
            zip.GetEntry(name)?.Delete();
        }

        zip.CreateEntryFromFile(file, name, Enum.Parse<CompressionLevel>(CompressionLevel));
    }

    private static string Entry(string parent, string path) => System.IO.Path.GetRelativePath(parent, path).Replace('\\', '/');
}

/// <summary>Stand-in for Expand-Archive.</summary>
[Cmdlet(VerbsData.Expand, "Archive", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class ExpandArchiveCommand : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string LiteralPath { get => Path; set => Path = value; }

    [Parameter(Position = 1)]
    public string? DestinationPath { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => Attempt(Path, () =>
    {
        foreach (var archive in FilePaths(Path, ParameterSetName == "LiteralPath"))
        {
            var destination = ToFilePath(DestinationPath ?? System.IO.Path.GetFileNameWithoutExtension(archive));
            if (ShouldProcess(archive))
            {
                // The framework refuses entries that would leave the destination.
                ZipFile.ExtractToDirectory(archive, destination, overwriteFiles: Force);
                if (PassThru)
                {
                    WriteObject(new DirectoryInfo(destination));
                }
            }
        }
    });
}
