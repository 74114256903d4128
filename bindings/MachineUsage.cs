using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>How much of the machine was in use over a moment.</summary>
public sealed class MachineUsage
{
    /// <summary>What the machine has.</summary>
    [JsonRequired]
    public MachineSize Machine { get; set; } = new();

    /// <summary>Memory in use in MiB; null where the system does not tell.</summary>
    public double? MemoryUsedMib { get; set; }

    /// <summary>Percent of the processors this process may use; null where the system does not tell.</summary>
    public int? CpuPercent { get; set; }

    /// <summary>This process, first, and those it has started.</summary>
    [JsonRequired]
    public ProcessUsage[] Processes { get; set; } = [];
}

/// <summary>What a machine has; a control group's limits count.</summary>
public sealed class MachineSize
{
    /// <summary>Processors this process may use.</summary>
    [JsonRequired]
    public int LogicalCpus { get; set; }

    /// <summary>Bytes of memory in all.</summary>
    [JsonRequired]
    public double MemoryTotal { get; set; }

    /// <summary>Bytes of memory that could be used.</summary>
    [JsonRequired]
    public double MemoryAvailable { get; set; }
}

/// <summary>What one process used.</summary>
public sealed class ProcessUsage
{
    /// <summary>Its id.</summary>
    [JsonRequired]
    public int Pid { get; set; }

    /// <summary>The process that started it.</summary>
    public int? Parent { get; set; }

    /// <summary>The name of its program.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>Bytes of memory of its own.</summary>
    [JsonRequired]
    public double Memory { get; set; }

    /// <summary>Percent of one processor.</summary>
    [JsonRequired]
    public int CpuPercent { get; set; }

    /// <summary>Seconds since it was started.</summary>
    [JsonRequired]
    public double RunningS { get; set; }
}

/// <summary>What the library says of itself.</summary>
/// <param name="Runs">The folder of all runs.</param>
public sealed record LibraryState(string Runs);
