using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Restarts;

/// <summary>How a system is asked to resume runs after a restart.</summary>
internal interface IResumeRegistration
{
    /// <summary>Where the registration is: a file, or the name of a task.</summary>
    string Place { get; }

    /// <summary>Finds out whether everything is there that it takes.</summary>
    /// <exception cref="LabRunnerException">What is missing.</exception>
    void Check();

    /// <summary>Registers.</summary>
    /// <returns>False when it was registered just so before.</returns>
    bool Register(ResumeCommand command);

    /// <summary>Removes the registration.</summary>
    /// <returns>False when there was none.</returns>
    bool Unregister();
}

/// <summary>The way of this system.</summary>
internal static class ResumeRegistration
{
    /// <summary>That of the system that runs, or of one that lies in a folder.</summary>
    /// <exception cref="LabRunnerException">This system has none.</exception>
    internal static IResumeRegistration Of(PSCmdlet voice, string? root)
    {
        if (root is not null || OperatingSystem.IsLinux())
        {
            return new SystemdResume(root);
        }

        return OperatingSystem.IsWindows()
            ? new ScheduledTaskResume(voice)
            : throw LabRunnerError.ResumeUnavailable(
                "Runs cannot be registered to go on after a restart on this system: only systemd and the Windows Task Scheduler support it.",
                "Run 'Resume-LabRun -Pending' after a restart.");
    }

    /// <summary>Makes sure, before a run starts, that it will go on by itself.</summary>
    internal static void Ensure(PSCmdlet voice)
    {
        var registration = Of(voice, null);
        var command = ResumeCommand.Here();
        registration.Check();
        if (registration.Register(command))
        {
            voice.WriteVerbose($"Registered '{registration.Place}': it resumes runs after a restart of this machine.");
        }
    }
}
