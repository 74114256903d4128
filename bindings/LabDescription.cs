using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

// Members that the core leaves out keep the value they have here. That is why they can be set: of members that only a
// constructor sets, generated code takes the absent ones as null.

/// <summary>A lab file as the core has read it: what a host needs of it.</summary>
public sealed class LabDescription
{
    /// <summary>The lab's name as its file has it, also where it is not sound.</summary>
    public string? Name { get; set; }

    /// <summary>The lab; nothing when any finding is an error.</summary>
    public LabModel? Lab { get; set; }

    /// <summary>What could be read of the operations where there is no lab.</summary>
    public LabOperationModel[] Unsound { get; set; } = [];

    /// <summary>Everything that was found.</summary>
    public LabDiagnostic[] Diagnostics { get; set; } = [];
}

/// <summary>A lab that is sound.</summary>
public sealed class LabModel
{
    /// <summary>Its name; the file's when the lab has none.</summary>
    public string Name { get; set; } = "";

    /// <summary>The environment it is for.</summary>
    public string? Environment { get; set; }

    /// <summary>How its operations are run.</summary>
    public LabSettingsModel Settings { get; set; } = new();

    /// <summary>Its operations, those of all stages.</summary>
    public LabOperationModel[] Operations { get; set; } = [];
}

/// <summary>How a lab wants its operations to be run; what is absent is the caller's to choose.</summary>
public sealed class LabSettingsModel
{
    /// <summary>Limit of an operation that has none of its own.</summary>
    public double? TimeoutMs { get; set; }

    /// <summary>Limit of the whole run.</summary>
    public double? RunTimeoutMs { get; set; }

    /// <summary>Operations that may run at the same time.</summary>
    public double? MaxConcurrency { get; set; }

    /// <summary>What a failure means: <c>stop</c>, <c>continue</c>, <c>retry</c> or <c>rollback</c>.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether a failure that stops the run also stops what runs.</summary>
    public bool? CancelRunning { get; set; }

    /// <summary>How ready operations are ranked.</summary>
    public LabOrderModel? Order { get; set; }

    /// <summary>How operations without a policy of their own are retried; the core's own document.</summary>
    public JsonElement? Retry { get; set; }

    /// <summary>Whether the lab is refused while another run of it is under way.</summary>
    public bool? Single { get; set; }

    /// <summary>How many restarts of the machine a run may ask for.</summary>
    public int? MaxRestarts { get; set; }

    /// <summary>Whether a run that was parked goes on by itself after a restart.</summary>
    public bool? ResumeAfterRestart { get; set; }

    /// <summary>What is watched of its runs as a whole; the core's own document.</summary>
    public JsonElement? Monitoring { get; set; }

    /// <summary>How far scripts are kept apart that do not say so themselves.</summary>
    public string? Isolation { get; set; }
}

/// <summary>How ready operations are ranked.</summary>
public sealed class LabOrderModel
{
    /// <summary><c>sequential</c>, <c>parallel</c>, <c>intelligent</c> or <c>custom</c>.</summary>
    public string Mode { get; set; } = "";

    /// <summary>The order for <c>custom</c>.</summary>
    public string[]? Names { get; set; }
}

/// <summary>One operation of a lab.</summary>
public sealed class LabOperationModel
{
    /// <summary>What the plan knows of it.</summary>
    public LabDeclaredOperation Operation { get; set; } = new();

    /// <summary>Its script, when it is one.</summary>
    public LabScriptModel? Script { get; set; }

    /// <summary>The script's parameters, with their order and their digits.</summary>
    public JsonElement? Parameters { get; set; }

    /// <summary>The script that undoes it, when it is one.</summary>
    public LabScriptModel? RollbackScript { get; set; }

    /// <summary>The script that says whether its work is done.</summary>
    public LabScriptModel? TestScript { get; set; }

    /// <summary>How far its script is kept apart from others.</summary>
    public string? Isolation { get; set; }

    /// <summary><c>operations</c>, <c>validation</c> or <c>cleanup</c>.</summary>
    public string Stage { get; set; } = "";
}

/// <summary>What was declared of an operation, as far as a host asks for it.</summary>
public sealed class LabDeclaredOperation
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its second name.</summary>
    public string? Id { get; set; }

    /// <summary>Its type.</summary>
    public string? Type { get; set; }

    /// <summary>Names or ids of the operations that it depends on.</summary>
    public string[] Dependencies { get; set; } = [];

    /// <summary>When a failed attempt is followed by another one.</summary>
    public LabRetryModel? Retry { get; set; }

    /// <summary>What says that it is up to date; the core's own document.</summary>
    public JsonElement? UpToDate { get; set; }

    /// <summary>How it is checked that it is well; the core's own document.</summary>
    public JsonElement? Health { get; set; }

    /// <summary>What it does.</summary>
    public LabWorkModel Work { get; set; } = new();

    /// <summary>What undoes it.</summary>
    public LabWorkModel? Compensation { get; set; }

    /// <summary>Where it stands.</summary>
    public LabPlace? At { get; set; }
}

/// <summary>When a failed attempt is followed by another one.</summary>
public sealed class LabRetryModel
{
    /// <summary>How often, if the operation says so.</summary>
    public long? Count { get; set; }
}

/// <summary>What an operation does.</summary>
public sealed class LabWorkModel
{
    /// <summary>Whether the core starts a program for it.</summary>
    [JsonIgnore]
    public bool IsProgram => Kind == "process";

    /// <summary><c>script</c>, <c>process</c>, <c>download</c>, <c>archive</c>, <c>checks</c> or <c>stop</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The arguments of a program.</summary>
    public string[] Arguments { get; set; } = [];

    /// <summary>The variables that are set for a program.</summary>
    public Dictionary<string, string?> Environment { get; set; } = [];

    /// <summary>The headers of a download.</summary>
    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>The checks that are all there is to do; the core's own document.</summary>
    public JsonElement? Checks { get; set; }
}

/// <summary>A script: its text, or where it is.</summary>
public sealed class LabScriptModel
{
    /// <summary>The text, when it is written in the lab.</summary>
    public string? Text { get; set; }

    /// <summary>Where its first line begins.</summary>
    public LabPlace? At { get; set; }

    /// <summary>The script file.</summary>
    public string? Path { get; set; }
}
