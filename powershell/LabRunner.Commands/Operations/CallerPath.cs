using System.Management.Automation;

namespace LabRunner.Operations;

/// <summary>The full path of a file or folder as the caller named it: with the caller's location, drives and home folder.</summary>
internal static class CallerPath
{
    /// <summary>The path in the file system, which need not exist; nothing, and a sentence that says why, when there is none.</summary>
    internal static string? Of(PSCmdlet caller, string path, out Exception? why)
    {
        try
        {
            var full = caller.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            why = provider.Name == "FileSystem" ? null : new ArgumentException($"it belongs to the provider {provider.Name}, not to the file system");
            return why is null ? full : null;
        }
        catch (Exception error) when (error is RuntimeException and not PipelineStoppedException && Path.IsPathFullyQualified(path))
        {
            // The engine refuses a path with more '..' than there are folders; the system stops at the root.
            why = null;
            return Path.GetFullPath(path);
        }
        catch (Exception error) when (error is RuntimeException and not PipelineStoppedException or PSArgumentException or ArgumentException or NotSupportedException)
        {
            why = error;
            return null;
        }
    }
}
