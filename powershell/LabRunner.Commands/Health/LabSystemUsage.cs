using System.Diagnostics;
using LabRunner.Interop;
using LabRunner.Runs;
using LabRunner.Workers;

namespace LabRunner;

/// <summary>How much of the machine is in use, and how much by this process and what it has started.</summary>
public sealed class LabSystemUsage
{
    /// <summary>When this was looked at.</summary>
    public DateTime Timestamp { get; private init; }

    /// <summary>Processors this process may use.</summary>
    public int Processors { get; private init; }

    /// <summary>Percent of them in use; nothing where the system does not tell.</summary>
    public int? CPUPercent { get; private init; }

    /// <summary>Memory in all, in gigabytes; a control group's limit counts.</summary>
    public double MemoryTotalGB { get; private init; }

    /// <summary>Memory in use, in gigabytes; nothing where the system does not tell.</summary>
    public double? MemoryUsedGB { get; private init; }

    /// <summary>Memory that could be used, in gigabytes.</summary>
    public double MemoryAvailableGB { get; private init; }

    /// <summary>Percent of memory in use; nothing where the system does not tell.</summary>
    public double? MemoryPercent { get; private init; }

    /// <summary>Room on the disk that has the files of runs, in gigabytes; nothing where it cannot be determined.</summary>
    public double? DiskFreeGB { get; private init; }

    /// <summary>Workers of this process, running or idle.</summary>
    public int Workers { get; private init; }

    /// <summary>Threads of this process.</summary>
    public int Threads { get; private init; }

    /// <summary>Files, sockets and the like that this process has open; nothing where the system does not tell.</summary>
    public int? Handles { get; private init; }

    /// <summary>This process, first, and those it has started.</summary>
    public LabProcessUsage[] Processes { get; private init; } = [];

    /// <summary>Looks for a moment.</summary>
    internal static LabSystemUsage Look(TimeSpan window)
    {
        var usage = LabCore.Usage(window);
        var (machine, used) = (usage.Machine, usage.MemoryUsedMib * 1024d * 1024d);
        using var self = Process.GetCurrentProcess();
        return new LabSystemUsage
        {
            Timestamp = DateTime.Now,
            Processors = machine.LogicalCpus,
            CPUPercent = usage.CpuPercent,
            MemoryTotalGB = Gigabytes(machine.MemoryTotal),
            MemoryUsedGB = used is { } bytes ? Gigabytes(bytes) : null,
            MemoryAvailableGB = Gigabytes(machine.MemoryAvailable),
            MemoryPercent = used is { } part && machine.MemoryTotal > 0 ? Math.Round(100 * part / machine.MemoryTotal, 1) : null,
            DiskFreeGB = RunStore.FreeBytes(RunStore.Root()) is { } free ? Gigabytes(free) : null,
            Workers = WorkerPool.Count,
            Threads = self.Threads.Count,
            Handles = OpenHandles(self),
            Processes = [.. usage.Processes.Select(Of)],
        };
    }

    private static LabProcessUsage Of(ProcessUsage process) => new()
    {
        Id = process.Pid,
        ParentId = process.Parent,
        Name = process.Name,
        MemoryMB = Math.Round(process.Memory / (1024 * 1024), 1),
        CPUPercent = process.CpuPercent,
        Running = TimeSpan.FromSeconds(process.RunningS),
    };

    // .NET counts handles on Windows only.
    private static int? OpenHandles(Process self)
    {
        if (OperatingSystem.IsWindows())
        {
            return self.HandleCount;
        }

        try
        {
            return Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static double Gigabytes(double bytes) => Math.Round(bytes / (1024d * 1024 * 1024), 2);
}

/// <summary>What one process uses.</summary>
public sealed class LabProcessUsage
{
    /// <summary>Its id.</summary>
    public int Id { get; internal init; }

    /// <summary>The process that started it.</summary>
    public int? ParentId { get; internal init; }

    /// <summary>The name of its program.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Memory of its own, in megabytes.</summary>
    public double MemoryMB { get; internal init; }

    /// <summary>Percent of one processor; more than 100 when it uses several.</summary>
    public int CPUPercent { get; internal init; }

    /// <summary>How long it has been running.</summary>
    public TimeSpan Running { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Name} ({Id}): {MemoryMB} MB, {CPUPercent} %");
}
