using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Interop;
using LabRunner.Settings;

namespace LabRunner;

/// <summary>Whether operations can run in parallel here, and how.</summary>
public sealed class ParallelSupport : LabTable
{
    private static readonly string[] ThreadJobModules = ["Microsoft.PowerShell.ThreadJob", "ThreadJob"];

    private ParallelSupport()
    {
    }

    /// <summary>Whether operations can run in parallel: the native library works and runspaces can be opened.</summary>
    public bool Supported => this[nameof(Supported)] is true;

    /// <summary>The version of this PowerShell.</summary>
    public string PowerShellVersion => this[nameof(PowerShellVersion)] as string ?? "";

    /// <summary>Whether Start-ThreadJob is installed. LabRunner does not use it.</summary>
    public bool ThreadJobAvailable => this[nameof(ThreadJobAvailable)] is true;

    /// <summary>Whether a runspace could be opened.</summary>
    public bool RunspaceSupport => this[nameof(RunspaceSupport)] is true;

    /// <summary>How many operations run at the same time when nothing else is asked for.</summary>
    public int MaxConcurrency => this[nameof(MaxConcurrency)] as int? ?? 0;

    /// <summary><c>Windows</c>, <c>Linux</c>, <c>MacOS</c> or <c>Unknown</c>.</summary>
    public string Platform => this[nameof(Platform)] as string ?? "";

    /// <summary>What was looked at and what came of it, a sentence each.</summary>
    public string[] Details => this[nameof(Details)] as string[] ?? [];

    /// <summary>The name of this platform, as Get-Platform gives it.</summary>
    internal static string PlatformName =>
        OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsMacOS() ? "MacOS" : "Unknown";

    /// <summary>Looks: loads the native library and opens a runspace.</summary>
    internal static ParallelSupport Look(PSCmdlet caller)
    {
        List<string> details = [];
        var native = Tried(details, () =>
        {
            var version = LabCore.Version;
            return $"The native library works: version {version.Version}, interface {version.Abi}.";
        });
        var runspaces = Tried(details, () =>
        {
            // The barest one there is: the question is whether this process may open any.
            using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.Create());
            runspace.Open();
            return "Runspaces can be opened.";
        });
        var threadJobs = HasThreadJobs();
        details.Add(threadJobs ? "Start-ThreadJob is installed; it is not needed." : "Start-ThreadJob is not installed; it is not needed.");
        return new ParallelSupport
        {
            [nameof(Supported)] = native && runspaces,
            [nameof(PowerShellVersion)] = caller.SessionState.PSVariable.GetValue("PSVersionTable") is IDictionary table ? table["PSVersion"]?.ToString() ?? "" : "",
            [nameof(ThreadJobAvailable)] = threadJobs,
            [nameof(RunspaceSupport)] = runspaces,
            [nameof(MaxConcurrency)] = SettingSources.Look(caller).Concurrency,
            [nameof(Platform)] = PlatformName,
            [nameof(Details)] = details.ToArray(),
        };
    }

    /// <inheritdoc/>
    internal override LabTable Empty() => new ParallelSupport();

    private static bool Tried(List<string> details, Func<string> look)
    {
        try
        {
            details.Add(look());
            return true;
        }
        catch (Exception error) when (error is NativeLibraryException or LabCoreException or RuntimeException or InvalidRunspaceStateException or OutOfMemoryException)
        {
            details.Add(error.Message);
            return false;
        }
    }

    // Asking for the command would import its module.
    private static bool HasThreadJobs() =>
        (Environment.GetEnvironmentVariable("PSModulePath") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => ThreadJobModules.Any(name => Directory.Exists(Path.Combine(folder, name))));
}
