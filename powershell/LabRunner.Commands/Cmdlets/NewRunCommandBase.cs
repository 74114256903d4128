using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Cmdlets;

/// <summary>What the commands share that start a run of their own, be it of objects or of a lab file.</summary>
public abstract class NewRunCommandBase : RunCommandBase
{
    /// <summary>How ready operations are ranked; Intelligent when neither this nor the lab says it, and Custom with Order.</summary>
    [Parameter]
    [ValidateSet("Sequential", "Parallel", "Intelligent", "Custom")]
    public string? OrchestrationMode { get; set; }

    /// <summary>How much memory, processor, network and disk there is, and the pools; each over the lab's own setting.</summary>
    [Parameter]
    public Hashtable? ResourceLimits { get; set; }

    /// <summary>What the failure of one operation means; Stop when neither this nor the lab says it.</summary>
    [Parameter]
    [ValidateSet("Stop", "Continue", "Retry", "Rollback")]
    public string? FailureStrategy { get; set; }

    /// <summary>Goes on with whatever does not depend on a failed operation; with <c>$false</c> a failure stops the run.</summary>
    [Parameter]
    public SwitchParameter ContinueOnError { get; set; }

    /// <summary>Stops what runs when a failure stops the run.</summary>
    [Parameter]
    public SwitchParameter CancelRunning { get; set; }

    /// <summary>The limit of an operation that has none of its own, in minutes; 0 for none.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(0, double.MaxValue)]
    public double TimeoutMinutes { get; set; }

    /// <summary>The limit of the whole run, in minutes; 0 for the lab's own setting, or none.</summary>
    [Parameter]
    [ValidateRange(0, double.MaxValue)]
    public double RunTimeoutMinutes { get; set; }

    /// <summary>How far operations that do not say so themselves are kept apart.</summary>
    [Parameter]
    public LabIsolation Isolation { get; set; }

    /// <summary>Takes every unknown key for a fault.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Plans and checks only.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Returns a job at once.</summary>
    [Parameter]
    [Alias("AsJob")]
    public SwitchParameter Background { get; set; }

    /// <summary>Watches the machine, the run's progress and its services while the run goes on.</summary>
    [Parameter]
    public SwitchParameter HealthMonitoring { get; set; }

    /// <summary>Runs everything, up to date or not; no test is asked.</summary>
    [Parameter]
    public SwitchParameter RunAll { get; set; }

    /// <summary>Leaves no record.</summary>
    [Parameter]
    public SwitchParameter NoRecord { get; set; }

    /// <summary>A report is made from the record.</summary>
    private protected void RefuseReportWithoutRecord()
    {
        if (NoRecord && Report.Length > 0)
        {
            throw LabRunnerError.Contradiction("-NoRecord leaves no record, and -Report asks for a report, which is made from the record.", "Leave one of them out.");
        }
    }

    /// <summary>Whether the call says that a failure does not stop the run; nothing when it does not say.</summary>
    private protected bool? GoesOnAfterFailure => Given(nameof(ContinueOnError)) ? ContinueOnError : null;
}
