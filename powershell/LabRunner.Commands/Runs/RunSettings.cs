using LabRunner.Plans;
using LabRunner.Reports;
using LabRunner.Streams;

namespace LabRunner.Runs;

/// <summary>How a run goes about its operations.</summary>
internal sealed class RunSettings
{
    internal string Name { get; init; } = "Invoke-ParallelLabRunner";

    /// <summary>The lab whose past runs tell how long operations take that declare no estimate; none when absent.</summary>
    internal string? EstimatesFrom { get; init; }

    /// <summary>When each operation is expected to end, from the start of the run, for the progress; none when that is not known of all.</summary>
    internal IReadOnlyList<TimeSpan?>? Expected { get; set; }

    internal required int MaxConcurrency { get; init; }

    /// <summary>What a failure means: <c>stop</c>, <c>continue</c>, <c>retry</c> or <c>rollback</c>.</summary>
    internal string Failure { get; init; } = "stop";

    /// <summary>Whether a failure that stops the run also stops what runs.</summary>
    internal bool CancelRunning { get; init; }

    /// <summary>How operations without a policy of their own are retried; the core's own document.</summary>
    internal object? Retry { get; init; }

    /// <summary>How often such an operation may be tried, where that is known here.</summary>
    internal long? Attempts { get; init; }

    /// <summary>How much there is of what operations need; the core's own document.</summary>
    internal IReadOnlyDictionary<string, object?> Limits { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether a program that is missing on this machine is a fault (true) or a warning (false); nothing where the lab file was checked for it.</summary>
    internal bool? RequiresPrograms { get; init; }

    /// <summary>Which of the operations are wanted.</summary>
    internal OperationSelection Selection { get; init; } = OperationSelection.Everything;

    internal TimeSpan? DefaultTimeout { get; init; }

    /// <summary>The limit of a program that has none of its own; that of other operations when absent.</summary>
    internal TimeSpan? ProgramTimeout { get; init; }

    internal TimeSpan? RunTimeout { get; init; }

    internal TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the run leaves its files in the default place when it has no folder of its own.</summary>
    internal bool Journal { get; init; }

    /// <summary>Whether it does so only once it has lasted a second, or something in it has failed.</summary>
    internal bool Late { get; init; }

    /// <summary>Whether it has a name that somebody gave it.</summary>
    internal bool IsNamed { get; init; } = true;

    /// <summary>Whether its record has the objects that operations put out.</summary>
    internal bool KeepsObjects { get; init; } = true;

    /// <summary>Whether it may leave a record.</summary>
    internal bool Keeps => Journal || Directory is not null;

    /// <summary>How many days the runs in the default place are kept, this one among them; for ever when absent or 0.</summary>
    internal int? RetentionDays { get; init; }

    /// <summary>What its record survives: <c>process</c>, <c>machine</c> or <c>required</c>.</summary>
    internal string Durability { get; init; } = "process";

    /// <summary>How much of what one operation writes is recorded, in bytes; the core's own limit when absent.</summary>
    internal long? OutputLimit { get; init; }

    /// <summary>How much of its own working it writes to <c>log.txt</c>: <c>off</c>, <c>info</c>, <c>debug</c> or <c>trace</c>; none when absent.</summary>
    internal string? Log { get; init; }

    /// <summary>The run's own folder.</summary>
    internal string? Directory { get; init; }

    /// <summary>The reports it writes when it ends.</summary>
    internal RunReports Reports { get; set; } = RunReports.None;

    /// <summary>Whether it says how well it went when it ends.</summary>
    internal bool Analyses { get; set; }

    /// <summary>Where failures are shown beside the code; nowhere when absent.</summary>
    internal BuildAnnotations? Annotations { get; set; }

    /// <summary>The lab file the operations come from.</summary>
    internal string? Source { get; init; }

    /// <summary>The script files that the lab names: they are kept with it. Nothing for a run that is not of a lab.</summary>
    internal IReadOnlyList<string>? Scripts { get; set; }

    /// <summary><c>sequential</c>, <c>parallel</c>, <c>intelligent</c> or <c>custom</c>.</summary>
    internal string Order { get; init; } = "intelligent";

    /// <summary>The caller's own order, for <c>custom</c>.</summary>
    internal IReadOnlyList<string> CustomOrder { get; set; } = [];

    /// <summary>The caller's own rule, for <c>custom</c>: gives <see cref="CustomOrder"/> when the plan is compiled.</summary>
    internal System.Management.Automation.ScriptBlock? Ranking { get; init; }

    /// <summary>What programs get in place of <c>secret://name</c>, by name. It goes to the core's memory and nowhere else.</summary>
    internal IReadOnlyDictionary<string, string> Secrets { get; set; } = new Dictionary<string, string>();

    /// <summary>What the run was called with, as values that may be written down: for a run that resumes it.</summary>
    internal IReadOnlyDictionary<string, object?>? Call { get; init; }

    /// <summary>The run that this one resumes or undoes, and how; the core's own document.</summary>
    internal IReadOnlyDictionary<string, object?>? Resume { get; set; }

    /// <summary>Restarts of the machine that operations may ask for; the core's own number when absent.</summary>
    internal int? MaxRestarts { get; set; }

    /// <summary>What is watched of a run that is monitored and does not say more.</summary>
    internal static IReadOnlyDictionary<string, object?> WatchedByDefault { get; } = new Dictionary<string, object?>();

    /// <summary>What is watched of the run as a whole: the core's own document; nothing when it is not watched.</summary>
    internal object? Monitoring { get; set; }

    /// <summary>Whether it is made sure, before anything starts, that the run goes on by itself after a restart.</summary>
    internal bool ResumesAfterRestart { get; init; }

    /// <summary>What is done when another run of the same lab is under way: <c>warn</c> or <c>refuse</c>; nothing is looked for when absent.</summary>
    internal string? Beside { get; set; }

    /// <summary>Whether everything runs, up to date or not.</summary>
    internal bool RunAll { get; init; }

    /// <summary>Whether the run leaves files behind.</summary>
    internal bool WritesFiles => Journal || Directory is not null || Resume is not null;

    /// <summary>How far operations are kept apart that do not say so themselves.</summary>
    internal LabIsolation Isolation { get; init; }

    /// <summary>Whether results are given in declared order, and not as operations end.</summary>
    internal bool Ordered { get; init; }

    /// <summary>Whether what an operation writes is shown when it has ended, and not while it runs.</summary>
    internal bool Grouped { get; init; }

    internal bool NoOutput { get; init; }

    /// <summary>Whether a job gives its reader what operations output while they run.</summary>
    internal bool InBackground { get; set; }

    /// <summary>Whether output is handed on while operations run; else it is when they have ended.</summary>
    internal bool StreamsOutput => InBackground && !Grouped;

    /// <summary>How much output of an operation its result keeps. What runs in the background may run for ever.</summary>
    internal int KeepOutput => InBackground ? 100_000 : Streams.KeptEnds<object?>.All;

    internal int KeepRecords { get; init; } = 10_000;
}
