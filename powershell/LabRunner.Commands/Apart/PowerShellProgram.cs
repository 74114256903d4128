using System.Management.Automation;

namespace LabRunner.Apart;

/// <summary>The program that a PowerShell process is started with.</summary>
internal static class PowerShellProgram
{
    private static string FileName => OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";

    /// <summary>The one that this session runs in, else the first one of the search path; nothing when there is none.</summary>
    internal static string? Find()
    {
        var home = Path.GetDirectoryName(typeof(PSObject).Assembly.Location);
        string?[] folders = [home, .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        return folders.Where(folder => !string.IsNullOrWhiteSpace(folder)).Select(folder => Path.Combine(folder!, FileName)).FirstOrDefault(File.Exists);
    }
}
