using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>A plan as the core has compiled it.</summary>
public sealed class LabPlanDescription
{
    /// <summary>One entry for each operation, in declared order.</summary>
    public LabPlannedModel[] Operations { get; set; } = [];

    /// <summary>Names by distance from the start.</summary>
    public string[][] Levels { get; set; } = [];

    /// <summary>Names in the order they would start, one at a time.</summary>
    public string[] Order { get; set; } = [];

    /// <summary>Findings that do not prevent a run.</summary>
    public LabDiagnostic[] Warnings { get; set; } = [];
}

/// <summary>One operation of a plan.</summary>
public sealed class LabPlannedModel
{
    /// <summary>Place in the plan, from 0.</summary>
    public int Index { get; set; }

    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its type.</summary>
    public string? Type { get; set; }

    /// <summary>1 (first) to 10 (last).</summary>
    public int Priority { get; set; }

    /// <summary>Names of what it waits for.</summary>
    public string[] Dependencies { get; set; } = [];

    /// <summary>Operations on the longest path before it.</summary>
    public int Level { get; set; }

    /// <summary><c>script</c>, <c>process</c> or <c>stop</c>.</summary>
    public string Work { get; set; } = "";

    /// <summary>Its own limit, if any.</summary>
    public double? TimeoutMs { get; set; }

    /// <summary>All that is known of it, as it will be run.</summary>
    public JsonElement Definition { get; set; }
}

/// <summary>What a selection has left of the operations of a lab or request.</summary>
public sealed class LabPlanSelection
{
    /// <summary>The places of the selected operations, in order.</summary>
    public int[] Operations { get; set; } = [];

    /// <summary>The others, in their order.</summary>
    public LabLeftOut[] LeftOut { get; set; } = [];
}

/// <summary>An operation that is not part of a plan, and why.</summary>
public sealed class LabLeftOut
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>excluded</c>, <c>not-selected</c> or <c>dependency</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The operation that is to blame.</summary>
    public string? Operation { get; set; }

    /// <summary>One sentence.</summary>
    public string Message { get; set; } = "";
}

/// <summary>What a run of a plan would do with one operation.</summary>
public sealed class OperationOutlook
{
    /// <summary><c>run</c>, <c>test</c> (its test decides) or <c>current</c> (it is up to date).</summary>
    [JsonRequired]
    public string Action { get; set; } = "";

    /// <summary>Why, in a few words.</summary>
    [JsonRequired]
    public string Reason { get; set; } = "";
}
