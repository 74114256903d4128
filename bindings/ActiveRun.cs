using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>A run of this process that is not over.</summary>
public sealed class ActiveRun
{
    /// <summary>The number that its events carry.</summary>
    [JsonRequired]
    public ulong Run { get; set; }

    /// <summary>Its id.</summary>
    [JsonRequired]
    public string Id { get; set; } = "";

    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>Its operations that have not ended.</summary>
    [JsonRequired]
    public ActiveOperation[] Operations { get; set; } = [];
}

/// <summary>An operation that has not ended.</summary>
public sealed class ActiveOperation
{
    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>Where it is, such as <c>waiting</c> or <c>running</c>.</summary>
    [JsonRequired]
    public string State { get; set; } = "";

    /// <summary>When the pause before its next attempt ends, in milliseconds from the run's start.</summary>
    public double? BackoffUntilMs { get; set; }

    /// <summary>The attempt under way, or the last one; 0 before the first.</summary>
    [JsonRequired]
    public int Attempt { get; set; }

    /// <summary>The worker that runs it.</summary>
    public int? Worker { get; set; }

    /// <summary>Milliseconds since its last attempt began.</summary>
    public double? RunningMs { get; set; }

    /// <summary>Milliseconds since it came to be where it is.</summary>
    [JsonRequired]
    public double InStateMs { get; set; }

    /// <summary>What it waits for, or what it does, as a sentence.</summary>
    [JsonRequired]
    public string Reason { get; set; } = "";
}
