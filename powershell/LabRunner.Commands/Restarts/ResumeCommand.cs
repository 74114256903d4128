using LabRunner.Errors;
using LabRunner.Pilot;
using LabRunner.Runs;
using LabRunner.Settings;

namespace LabRunner.Restarts;

/// <summary>What a system starts after a restart: this PowerShell, with this module and the folder of this session's runs.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments, one by one.</param>
/// <param name="Environment">Variables that it needs.</param>
internal sealed record ResumeCommand(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The command as it is here and now.</summary>
    /// <exception cref="LabRunnerException">There is no PowerShell to start, or a path that no system takes.</exception>
    internal static ResumeCommand Here()
    {
        var shell = PowerShellProgram.Find() ?? throw LabRunnerError.NoPowerShell();
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            // A service has another home, and another environment.
            [ModuleSettings.LogPath.Variable] = Path.GetFullPath(RunStore.Root()),
            [SettingsFile.PathVariable] = SettingsFile.Path,
        };
        var module = ModuleManifest.Path;
        string[] arguments = [.. shell.First, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", $"Import-Module -Name '{Quoted(module)}'; Resume-LabRun -Pending"];
        foreach (var text in arguments.Append(shell.Program).Concat(environment.Values))
        {
            if (text.Any(char.IsControl))
            {
                throw LabRunnerError.ResumeUnavailable(
                    $"The path '{string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter))}' contains a control character, so no service can be started with it.",
                    "Install PowerShell and the module, and keep the runs, in folders with plain names.");
            }
        }

        return new ResumeCommand(shell.Program, arguments, environment);
    }

    private static string Quoted(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
