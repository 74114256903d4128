using LabRunner.Interop;
using LabRunner.Labs;
using LabRunner.Runs;

namespace LabRunner;

/// <summary>Where the file of a lab is looked for when only its name is given.</summary>
/// <remarks>A file of that name, then one that says so in its <c>name:</c>, then the one that the lab's last run came from.</remarks>
public sealed class LabFileSearch
{
    // A folder with more is not a folder of labs, and would keep a user waiting.
    private const int MostRead = 200;

    private static readonly string[] Folders = [".", "labs", "configs", System.IO.Path.Combine("configs", "labs")];
    private static readonly string[] Extensions = [".yaml", ".yml", ".json", ".psd1"];

    private LabFileSearch(string? found, string[] probed, string[]? several = null)
    {
        Path = found;
        Probed = probed;
        Several = several ?? [];
    }

    /// <summary>The first file that is there.</summary>
    public string? Path { get; }

    /// <summary>Every path that was looked at, in that order.</summary>
    public string[] Probed { get; }

    /// <summary>The files that have the lab's name inside, where there are several and none of them is chosen.</summary>
    public string[] Several { get; }

    /// <summary>Why there is no file, in a sentence.</summary>
    /// <param name="name">The lab's name.</param>
    public string Why(string name) =>
        Several.Length > 0 ? $"Several files belong to the lab '{name}': {string.Join(", ", Several)}."
        : Probed.Length == 0 ? $"The lab '{name}' has no file: the name is empty, or has characters that are not allowed in file names."
        : $"The lab '{name}' has no file: no file below {string.Join(", ", Probed.Select(System.IO.Path.GetDirectoryName).Distinct())} is called {name} ({string.Join(", ", Extensions)}) or has the name inside, and no run of it is recorded.";

    /// <summary>Looks for a lab's file below a folder.</summary>
    /// <param name="location">The folder to begin at.</param>
    /// <param name="name">The lab's name.</param>
    public static LabFileSearch Find(string location, string name)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (string.IsNullOrWhiteSpace(name))
        {
            return new LabFileSearch(null, []);
        }

        string[] probed = name.IndexOfAny(System.IO.Path.GetInvalidFileNameChars()) >= 0
            ? []
            : [.. Places(location).SelectMany(folder => Extensions.Select(extension => System.IO.Path.Combine(folder, name + extension)))];
        if (probed.FirstOrDefault(File.Exists) is { } called)
        {
            return new LabFileSearch(called, probed);
        }

        string[] named = [.. Named(location).Where(lab => lab.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(lab => lab.Path)];
        return named.Length > 1 ? new LabFileSearch(null, probed, named) : new LabFileSearch(named.FirstOrDefault() ?? LastSource(name), probed);
    }

    /// <summary>The names of all labs that would be found: those of files, and those inside them.</summary>
    internal static IEnumerable<string> Names(string location) =>
        Files(location).Select(file => System.IO.Path.GetFileNameWithoutExtension(file)).Concat(Named(location).Select(lab => lab.Name));

    private static IEnumerable<(string Path, string Name)> Named(string location)
    {
        foreach (var file in Files(location).Take(MostRead))
        {
            if (NameIn(file) is { Length: > 0 } name)
            {
                yield return (file, name);
            }
        }
    }

    private static string? NameIn(string file)
    {
        try
        {
            return LabFile.ReadDocument(file, new LabReadOptions { Raw = true }).Document is { } document && ConfigValues.Mapping(document) is var lab
                ? (lab["name"] ?? lab["labName"]) as string
                : null;
        }
        catch (Exception error) when (error is LabRunnerException or LabCoreException)
        {
            // What cannot be read is not a lab of that name; a call that names the file gets the reason.
            return null;
        }
    }

    private static string? LastSource(string name)
    {
        try
        {
            return LabHistory.Lab(name, withHistory: true).History?.Select(run => run.Source).FirstOrDefault(source => source is not null && File.Exists(source));
        }
        catch (LabCoreException)
        {
            // A store that cannot be read has no runs to tell of.
            return null;
        }
    }

    private static IEnumerable<string> Files(string location) =>
        Places(location)
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        .Where(file => Extensions.Contains(System.IO.Path.GetExtension(file), StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<string> Places(string location) =>
        Folders.Select(folder => folder == "." ? location : System.IO.Path.Combine(location, folder));
}
