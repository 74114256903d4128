using System.Text;
using LabRunner.Errors;
using LabRunner.Interop;

namespace LabRunner.Labs;

/// <summary>The lab of an earlier run as that run had read it: its files and its scripts, whatever there is of them today.</summary>
internal sealed class RecordedLab
{
    private readonly Dictionary<string, byte[]> _files;

    private RecordedLab(string run, Dictionary<string, byte[]> files) => (Run, _files) = (run, files);

    /// <summary>The folder of the run.</summary>
    internal string Run { get; }

    /// <summary>The lab in the record of a run.</summary>
    /// <param name="run">The folder of the run.</param>
    /// <exception cref="LabRunnerException">The record has no lab that can be used.</exception>
    internal static RecordedLab Of(string run)
    {
        try
        {
            return new RecordedLab(run, LabCore.RecordedLab(run).Files.ToDictionary(file => file.Path, Content, StringComparer.Ordinal));
        }
        catch (LabCoreException error)
        {
            throw LabRunnerError.Core(error);
        }
    }

    /// <summary>The content of a file; nothing when the run had not read it.</summary>
    internal byte[]? Bytes(string path) => _files.GetValueOrDefault(path);

    /// <summary>A script, decoded as the engine decodes a script file; nothing when the run had not read it.</summary>
    internal string? Script(string path)
    {
        if (Bytes(path) is not { } bytes)
        {
            return null;
        }

        using StreamReader reader = new(new MemoryStream(bytes));
        return reader.ReadToEnd();
    }

    private static byte[] Content(RecordedFile file) => file.Hex is { } hex ? Convert.FromHexString(hex) : Encoding.UTF8.GetBytes(file.Text ?? "");
}
