using System.ComponentModel;
using System.Diagnostics;
using LabRunner.Errors;

namespace LabRunner.Restarts;

/// <summary>Runs that go on after a restart by a systemd unit: of the system for root, of the user's own systemd for others.</summary>
/// <param name="root">The folder that stands for <c>/</c>: an image that is not running; nothing for this system.</param>
internal sealed class SystemdResume(string? root) : IResumeRegistration
{
    private readonly bool _ofUser = root is null && !Environment.IsPrivilegedProcess;

    /// <inheritdoc/>
    public string Place => Path.Combine(Folder, SystemdUnit.Name);

    private string Folder => _ofUser
        ? Path.Combine(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } named ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"), "systemd", "user")
        : Path.Combine(root ?? "/", "etc", "systemd", "system");

    private string Link => Path.Combine(Folder, SystemdUnit.Target(_ofUser) + ".wants", SystemdUnit.Name);

    /// <inheritdoc/>
    public void Check()
    {
        if (root is not null)
        {
            return;
        }

        if (!Directory.Exists("/run/systemd/system"))
        {
            throw LabRunnerError.ResumeUnavailable(
                "This machine was not started by systemd, so nothing can be registered that resumes runs after a restart.",
                "Run 'Resume-LabRun -Pending' after a restart, by hand or from whatever starts services on this machine.");
        }

        // It is needed at the end, and missed at the beginning.
        Run("systemctl", "--version");
        if (_ofUser && Run("loginctl", "show-user", "--property=Linger", "--value", Environment.UserName).Trim() != "yes")
        {
            throw LabRunnerError.ResumeUnavailable(
                $"The systemd of the user '{Environment.UserName}' starts only when that user logs in, so it cannot resume runs after a restart.",
                "Run 'loginctl enable-linger' first, or register as root.");
        }
    }

    /// <inheritdoc/>
    public bool Register(ResumeCommand command)
    {
        var text = SystemdUnit.Text(command, _ofUser);
        try
        {
            if (File.Exists(Place) && File.ReadAllText(Place) == text && new FileInfo(Link).LinkTarget is not null)
            {
                return false;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(Link)!);
            File.WriteAllText(Place + ".new", text);
            File.Move(Place + ".new", Place, overwrite: true);
            File.Delete(Link);
            File.CreateSymbolicLink(Link, Path.Combine("..", SystemdUnit.Name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LabRunnerError.ResumeUnavailable($"The systemd unit '{Place}' cannot be written: {error.Message.TrimEnd('.')}.", "Correct the permissions of its folder, or register as root.", error);
        }

        Reload();
        return true;
    }

    /// <inheritdoc/>
    public bool Unregister()
    {
        if (!File.Exists(Place) && new FileInfo(Link).LinkTarget is null)
        {
            return false;
        }

        try
        {
            File.Delete(Link);
            File.Delete(Place);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LabRunnerError.ResumeUnavailable($"The systemd unit '{Place}' cannot be removed: {error.Message.TrimEnd('.')}.", "Correct the permissions of its folder, or unregister as root.", error);
        }

        Reload();
        return true;
    }

    private void Reload()
    {
        if (root is null)
        {
            Run("systemctl", _ofUser ? ["--user", "daemon-reload"] : ["daemon-reload"]);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        var line = $"{program} {string.Join(' ', arguments)}";
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw LabRunnerError.ResumeUnavailable($"'{line}' ended with exit code {process.ExitCode}: {errors.Result.Trim().TrimEnd('.')}.", "Correct that, and register again.");
        }
        catch (Win32Exception error)
        {
            throw LabRunnerError.ResumeUnavailable($"'{line}' cannot be started: {error.Message.TrimEnd('.')}.", "Install it, and register again.", error);
        }
    }
}
