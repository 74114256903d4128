using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Engine;
using LabRunner.Interop;
using LabRunner.Runs;
using LabRunner.Workers;

namespace LabRunner;

/// <summary>Whether LabRunner itself is well on this machine.</summary>
public sealed class LabHealth
{
    private const long LowDisk = 1L << 30;
    private const string Tested = "7.6";
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>When this was looked at.</summary>
    public DateTime Timestamp { get; } = DateTime.Now;

    /// <summary>Whether nothing has failed.</summary>
    public bool Healthy => Checks.All(check => check.Status != "Failed");

    /// <summary>The same, by the name other results have for it.</summary>
    public bool Success => Healthy;

    /// <summary><c>Healthy</c>, <c>Degraded</c> when there are warnings, or <c>Unhealthy</c>.</summary>
    public string Status => !Healthy ? "Unhealthy" : Checks.Any(check => check.Status == "Warning") ? "Degraded" : "Healthy";

    /// <summary>What was looked at.</summary>
    public LabHealthCheck[] Checks { get; private init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Status;

    /// <summary>Looks at everything.</summary>
    internal static LabHealth Look(PSCmdlet caller) => new()
    {
        Checks =
        [
            Check("PowerShell", () => PowerShellVersion(caller)),
            Check("NativeLibrary", Native),
            Check("Engine", Members),
            Check("Runspaces", Runspaces),
            Check("Workers", Workers),
            Check("RunStore", Store),
            Check("Temporary", () => Writable(Path.GetTempPath(), "The temporary folder")),
            Check("Disk", Disk),
            Check("Clock", Clock),
        ],
    };

    private static LabHealthCheck Check(string name, Func<(string Status, string Message)> look)
    {
        try
        {
            var (status, message) = look();
            return new LabHealthCheck(name, status, message);
        }
        catch (Exception error) when (error is NativeLibraryException or LabCoreException or RuntimeException or InvalidRunspaceStateException
            or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new LabHealthCheck(name, "Failed", error.Message);
        }
    }

    private static (string Status, string Message) PowerShellVersion(PSCmdlet caller)
    {
        var version = (caller.SessionState.PSVariable.GetValue("PSVersionTable") as System.Collections.IDictionary)?["PSVersion"]?.ToString() ?? "";
        var isTested = version.StartsWith($"{Tested}.", StringComparison.Ordinal);
        return (isTested ? "Ok" : "Warning", $"PowerShell {version} on .NET {Environment.Version}. LabRunner is tested with PowerShell {Tested}{(isTested ? "" : ", and loads from 7.4 on as far as the API goes")}.");
    }

    private static (string Status, string Message) Native()
    {
        var version = LabCore.Version;
        _ = LabCore.SelfCheck(panic: false);
        return ("Ok", $"Version {version.Version}, interface {version.Abi}, for {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}.");
    }

    // Without one LabRunner is slower or less exact, as its table says, and goes on.
    private static (string Status, string Message) Members()
    {
        var all = EngineMembers.All;
        string[] missing = [.. all.Where(member => !member.Exists).Select(member => $"{member.Name}: {member.Without}")];
        if (!EngineMembers.AreUsed)
        {
            return ("Warning", $"{EngineMembers.Switch} is off: LabRunner runs without {all.Count} members of PowerShell's engine that it uses otherwise.");
        }

        return missing.Length == 0
            ? ("Ok", $"PowerShell's engine has all {all.Count} unpublished members that LabRunner uses.")
            : ("Warning", $"PowerShell's engine lacks {missing.Length} of {all.Count} members that LabRunner uses. {string.Join(" ", missing)}");
    }

    private static (string Status, string Message) Runspaces()
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.Create());
        runspace.Open();
        return ("Ok", "Runspaces can be opened.");
    }

    private static (string Status, string Message) Workers() => ("Ok", $"{LabDisplay.Count(WorkerPool.Count, "worker")}, running or idle.");

    private static (string Status, string Message) Store() => Writable(RunStore.Root(), "The folder of runs");

    private static (string Status, string Message) Disk()
    {
        var root = RunStore.Root();
        return RunStore.FreeBytes(root) is not { } free
            ? ("Warning", $"The free space on the disk of '{root}' cannot be determined.")
            : free < LowDisk
                ? ("Warning", FormattableString.Invariant($"There are {free / (1024 * 1024)} MB left on the disk of '{root}'."))
                : ("Ok", FormattableString.Invariant($"There are {free / (1024d * 1024 * 1024):0.0} GB left on the disk of '{root}'."));
    }

    // The history goes by this machine's clock, and files by that of their disk, which may be another machine's.
    private static (string Status, string Message) Clock()
    {
        var built = File.GetLastWriteTimeUtc(typeof(LabHealth).Assembly.Location);
        var now = DateTime.UtcNow;
        if (now < built - ClockTolerance)
        {
            return ("Warning", $"The clock says {now:u}, which is before this module was installed ({built:u}).");
        }

        var file = ProbeFile(RunStore.Root());
        try
        {
            File.WriteAllText(file, "");
            var skew = File.GetLastWriteTimeUtc(file) - DateTime.UtcNow;
            return skew.Duration() <= ClockTolerance
                ? ("Ok", "The clock and that of the disk agree.")
                : ("Warning", FormattableString.Invariant($"The clock of the disk differs from this machine's by {skew.TotalSeconds:0} seconds."));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (string Status, string Message) Writable(string folder, string what)
    {
        var file = ProbeFile(folder);
        File.WriteAllText(file, "x");
        File.Delete(file);
        return ("Ok", $"{what} can be written to: '{folder}'.");
    }

    private static string ProbeFile(string folder) => Path.Combine(Directory.CreateDirectory(folder).FullName, $".probe-{Guid.NewGuid():N}");
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Status"><c>Ok</c>, <c>Warning</c> or <c>Failed</c>.</param>
/// <param name="Message">What was found, as a sentence.</param>
public sealed record LabHealthCheck(string Name, string Status, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Status} ({Message})";
}
