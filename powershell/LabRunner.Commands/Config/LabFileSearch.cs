namespace LabRunner;

/// <summary>Where the file of a lab is looked for when only its name is given.</summary>
public sealed class LabFileSearch
{
    private static readonly string[] Folders = [".", "labs", "configs", System.IO.Path.Combine("configs", "labs")];
    private static readonly string[] Extensions = [".yaml", ".yml", ".json", ".psd1"];

    private LabFileSearch(string? found, string[] probed)
    {
        Path = found;
        Probed = probed;
    }

    /// <summary>The first file that is there.</summary>
    public string? Path { get; }

    /// <summary>Every path that was looked at, in that order.</summary>
    public string[] Probed { get; }

    /// <summary>Looks for a lab's file below a folder.</summary>
    /// <param name="location">The folder to begin at.</param>
    /// <param name="name">The lab's name.</param>
    public static LabFileSearch Find(string location, string name)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (string.IsNullOrWhiteSpace(name) || name.IndexOfAny(System.IO.Path.GetInvalidFileNameChars()) >= 0)
        {
            return new LabFileSearch(null, []);
        }

        string[] probed = [.. Places(location).SelectMany(folder => Extensions.Select(extension => System.IO.Path.Combine(folder, name + extension)))];
        return new LabFileSearch(probed.FirstOrDefault(File.Exists), probed);
    }

    /// <summary>The names of all labs that would be found.</summary>
    internal static IEnumerable<string> Names(string location) =>
        Places(location)
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder))
        .Where(file => Extensions.Contains(System.IO.Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
        .Select(file => System.IO.Path.GetFileNameWithoutExtension(file));

    private static IEnumerable<string> Places(string location) =>
        Folders.Select(folder => folder == "." ? location : System.IO.Path.Combine(location, folder));
}
