using System.Management.Automation;
using LabRunner.Labs;

namespace LabRunner.Runs;

/// <summary>Files that a user names, wildcards among them.</summary>
internal static class LabPaths
{
    /// <summary>The full paths of all files that a name or a pattern means.</summary>
    /// <exception cref="LabRunnerException">No file has such a name.</exception>
    internal static IEnumerable<string> Expanded(PSCmdlet caller, string path)
    {
        // A name with brackets is a file before it is a pattern.
        var literal = LabFile.FullPath(caller, path);
        if (File.Exists(literal) || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            return [literal];
        }

        var found = caller.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists).ToArray();
        return found.Length > 0 ? found : throw ConfigError.Unreadable(path, "no file has such a name");
    }
}
