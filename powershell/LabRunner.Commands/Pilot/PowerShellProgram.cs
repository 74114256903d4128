using System.Management.Automation;
using System.Reflection;

namespace LabRunner.Pilot;

/// <summary>The program, with its first arguments, that starts the PowerShell of this session again.</summary>
/// <param name="Program">The program.</param>
/// <param name="First">The arguments before PowerShell's own.</param>
internal sealed record PowerShellProgram(string Program, IReadOnlyList<string> First)
{
    private static string FileName => OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";

    /// <summary>The one that this process is, else one beside its engine, else the first one on PATH; nothing when there is none.</summary>
    internal static PowerShellProgram? Find() => ThisProcess() ?? Installed();

    // As a .NET tool, global or local, PowerShell has no program of its own: its process is `dotnet …/pwsh.dll`.
    private static PowerShellProgram? ThisProcess()
    {
        // The path of a program that was replaced while it runs does not exist.
        if (Assembly.GetEntryAssembly() is not { } entry || !IsNamed(entry.GetName().Name, "pwsh") || Environment.ProcessPath is not { } program || !File.Exists(program))
        {
            return null;
        }

        if (!IsNamed(Path.GetFileNameWithoutExtension(program), "dotnet"))
        {
            return new(program, []);
        }

        return File.Exists(entry.Location) ? new(program, [entry.Location]) : null;
    }

    // For an engine that another program hosts.
    private static PowerShellProgram? Installed()
    {
        string[] folders = [Path.GetDirectoryName(typeof(PSObject).Assembly.Location) ?? "", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        var program = folders.Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(CanRun);
        return program is null ? null : new(program, []);
    }

    private static bool IsNamed(string? name, string wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);

    private static bool CanRun(string file) =>
        File.Exists(file)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
