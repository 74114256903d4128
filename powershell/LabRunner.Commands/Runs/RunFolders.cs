using LabRunner.Settings;

namespace LabRunner.Runs;

/// <summary>Where runs leave their files.</summary>
internal static class RunFolders
{
    /// <summary>The folder of all runs, when the session names one; otherwise the core chooses.</summary>
    /// <remarks>
    /// The core reads the environment of the process. On Unix .NET keeps a copy of its own, so that a
    /// <c>$env:LABRUNNER_HOME</c> or <c>$env:XDG_STATE_HOME</c> that was set in the session is known here only.
    /// </remarks>
    /// <exception cref="LabRunnerException">The module's settings cannot be read.</exception>
    internal static string? Root
    {
        get
        {
            var setting = SettingSources.Look(null).Settings.First(found => found.Name == ModuleSettings.LogPath.Name);
            return setting.Origin is SettingSources.Process or SettingSources.Variable ? (string?)setting.Value
                : Variable("LABRUNNER_HOME") is { } home ? Path.Combine(home, "runs")
                : (string?)setting.Value ?? (UsesStateFolder && Variable("XDG_STATE_HOME") is { } state ? Path.Combine(state, "labrunner", "runs") : null);
        }
    }

    // Windows and macOS have folders of their own for that.
    private static bool UsesStateFolder => !OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS();

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
