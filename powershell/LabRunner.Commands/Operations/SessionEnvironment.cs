using System.Collections;
using System.Text;

namespace LabRunner.Operations;

/// <summary>What a session has changed in its environment and the core cannot see.</summary>
/// <remarks>
/// Outside of Windows <c>$env:</c> is a copy that .NET keeps: the process's own environment, which the core hands to
/// programs, still is the one it was started with. Each program gets the difference.
/// </remarks>
internal static class SessionEnvironment
{
    /// <summary>The changed variables by name; null for one that was removed.</summary>
    internal static Dictionary<string, object?> Changes()
    {
        var changes = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (OperatingSystem.IsWindows())
        {
            return changes;
        }

        var inherited = Inherited();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            if (!inherited.TryGetValue(name, out var before) || before != (string?)entry.Value)
            {
                changes[name] = entry.Value;
            }

            inherited.Remove(name);
        }

        foreach (var name in inherited.Keys)
        {
            changes[name] = null;
        }

        return changes;
    }

    // Where the system does not show the block it was started with, every variable counts as changed.
    private static Dictionary<string, string> Inherited()
    {
        var inherited = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!OperatingSystem.IsLinux())
        {
            return inherited;
        }

        try
        {
            foreach (var line in Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/environ")).Split('\0'))
            {
                var end = line.IndexOf('=', StringComparison.Ordinal);
                if (end > 0)
                {
                    inherited[line[..end]] = line[(end + 1)..];
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            inherited.Clear();
        }

        return inherited;
    }
}
