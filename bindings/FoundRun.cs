using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>The run that is to be resumed or undone; the last one that can be when neither an id, a name nor a folder is given.</summary>
/// <param name="Root">The folder of all runs; the user's own when null.</param>
/// <param name="Id">The beginning of its id.</param>
/// <param name="Name">Its name: the newest run of it.</param>
/// <param name="Directory">Its folder.</param>
/// <param name="Undo">Whether it is to be undone.</param>
public sealed record RunSearch(string? Root, string? Id, string? Name, string? Directory, bool Undo);

/// <summary>All runs that wait for a restart of this machine.</summary>
/// <param name="Root">The folder of all runs; the user's own when null.</param>
/// <param name="Pending">Always true: it tells this question from the other one.</param>
internal sealed record PendingSearch(string? Root, bool Pending = true);

/// <summary>A run that was found.</summary>
public sealed class FoundRun
{
    /// <summary>Its id.</summary>
    [JsonRequired]
    public string Run { get; set; } = "";

    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>Its folder.</summary>
    [JsonRequired]
    public string Directory { get; set; } = "";

    /// <summary>The lab file it came from.</summary>
    public string? Source { get; set; }

    /// <summary>When it started, RFC 3339 in UTC.</summary>
    [JsonRequired]
    public string StartedAt { get; set; } = "";

    /// <summary>Whether it is under way and starts nothing.</summary>
    public bool Suspended { get; set; }

    /// <summary>How many operations could run at the same time.</summary>
    [JsonRequired]
    public int MaxConcurrency { get; set; }

    /// <summary>The options it was started with.</summary>
    [JsonRequired]
    public FoundRunOptions Options { get; set; } = new();
}

/// <summary>The options of an earlier run that one of objects takes over.</summary>
public sealed class FoundRunOptions
{
    /// <summary>What a failure means.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether a failure that stops the run also stops what runs.</summary>
    public bool? CancelRunning { get; set; }

    /// <summary>How operations without a policy of their own are retried; the core's own document.</summary>
    public JsonElement? Retry { get; set; }

    /// <summary>Limit of an operation that has none of its own.</summary>
    public double? DefaultTimeoutMs { get; set; }

    /// <summary>Limit of the whole run.</summary>
    public double? RunTimeoutMs { get; set; }

    /// <summary>How many restarts of the machine it may ask for.</summary>
    public int? MaxRestarts { get; set; }

    /// <summary>What is watched of it as a whole; the core's own document.</summary>
    public JsonElement? Monitoring { get; set; }

    /// <summary>What it was called with: the caller's own document.</summary>
    public JsonElement? Call { get; set; }
}

/// <summary>A run that waits for a restart of this machine.</summary>
public sealed class PendingRun
{
    /// <summary>Its id.</summary>
    [JsonRequired]
    public string Run { get; set; } = "";

    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>Its folder.</summary>
    [JsonRequired]
    public string Directory { get; set; } = "";

    /// <summary>The lab file it came from.</summary>
    public string? Source { get; set; }

    /// <summary>The operation that asked for the restart.</summary>
    [JsonRequired]
    public string Operation { get; set; } = "";

    /// <summary>Whether that has taken place; null where it cannot be found out.</summary>
    public bool? Restarted { get; set; }
}

/// <summary>What a run would take over from the one that it resumes or undoes.</summary>
public sealed class ResumePreview
{
    /// <summary>One step for each operation of the plan, as declared.</summary>
    [JsonRequired]
    public ResumedOperation[] Operations { get; set; } = [];

    /// <summary>Operations of the earlier run that the plan does not have any more.</summary>
    [JsonRequired]
    public string[] Removed { get; set; } = [];

    /// <summary>Why not all of the earlier run's record can be believed.</summary>
    public string? Damage { get; set; }
}

/// <summary>What is done with one operation.</summary>
public sealed class ResumedOperation
{
    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary><c>keep</c>, <c>rerun</c>, <c>skip</c> or <c>ask</c>; of an undo <c>undo</c> or <c>leave</c>.</summary>
    [JsonRequired]
    public string Action { get; set; } = "";

    /// <summary>How it ended in the earlier run, or where it was.</summary>
    [JsonRequired]
    public string Status { get; set; } = "";

    /// <summary>Which rule says so.</summary>
    [JsonRequired]
    public string Reason { get; set; } = "";

    /// <summary>The same as a sentence.</summary>
    [JsonRequired]
    public string Message { get; set; } = "";

    /// <summary>The operation that is the cause, when one is.</summary>
    public string? BecauseOf { get; set; }
}

/// <summary>What an operation says when it asks for a restart of the machine.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Rerun">Whether it is run again after that.</param>
internal sealed record RestartRequest(string Reason, bool Rerun);
