using LabRunner.Interop;

namespace LabRunner.Runs;

/// <summary>The folder that has the files of runs.</summary>
internal static class RunStore
{
    /// <summary>Its path, which need not exist yet.</summary>
    internal static string Root() => RunFolders.Root ?? LabCore.SelfCheck(panic: false).Runs;

    /// <summary>The room on the disk it is on, or will be; nothing where that cannot be determined.</summary>
    internal static long? FreeBytes(string root)
    {
        try
        {
            return Existing(root) is { } folder ? new DriveInfo(folder).AvailableFreeSpace : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Existing(string path)
    {
        var at = path;
        while (!string.IsNullOrEmpty(at) && !Directory.Exists(at))
        {
            at = Path.GetDirectoryName(at);
        }

        return string.IsNullOrEmpty(at) ? null : at;
    }
}
