using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LabRunner.Labs;

/// <summary>The environments that something is said about: in a lab, beside it, or for the whole project.</summary>
internal static class LabEnvironments
{
    private const string Suffix = "-overrides.json";
    private static readonly string[] Extensions = [".yaml", ".yml", ".json", ".jsonc"];

    /// <summary>Their names, each once.</summary>
    internal static IEnumerable<string> Of(string path)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        if (LabFile.ReadDocument(path, new LabReadOptions { Raw = true }).Document is { } document
            && ConfigValues.Mapping(document)["environments"] is LabConfigNode own)
        {
            names.UnionWith(own.Keys.Cast<string>());
        }

        var folder = Path.GetDirectoryName(path)!;
        var stem = Path.GetFileNameWithoutExtension(path) + ".";
        names.UnionWith(Directory.EnumerateFiles(folder, stem + "*")
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => Path.GetFileNameWithoutExtension(file)[Math.Min(stem.Length, Path.GetFileNameWithoutExtension(file).Length)..])
            .Where(name => name.Length > 0));
        for (var above = folder; above is not null; above = Path.GetDirectoryName(above))
        {
            var project = Path.Combine(above, "configs", "environments");
            if (Directory.Exists(project))
            {
                names.UnionWith(Directory.EnumerateFiles(project, "*" + Suffix).Select(file => Path.GetFileName(file)[..^Suffix.Length]));
                break;
            }
        }

        return names;
    }
}
