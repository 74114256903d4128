using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Isolation;
using LabRunner.Pilot;
using LabRunner.Plans;
using LabRunner.Progress;

namespace LabRunner.Runs;

/// <summary>From operations to a run: checking and starting, for every command that runs operations.</summary>
internal static class LabRun
{
    /// <summary>Compiles a plan of objects; all faults of the input, the reader's and the core's, come as one error. Warnings are the caller's to show.</summary>
    internal static RunPlan Compile(IReadOnlyList<OperationDefinition> operations, RunSettings settings, IReadOnlyList<LabFinding> findings) =>
        Compile(operations, settings, findings, () => PlanHandle.Compile(PlanDocument.Request(operations, settings)));

    /// <summary>Compiles a plan of operations that the core has, or is given.</summary>
    internal static RunPlan Compile(IReadOnlyList<OperationDefinition> operations, RunSettings settings, IReadOnlyList<LabFinding> findings, Func<PlanHandle> compile)
    {
        LabFinding[] faults = [.. findings.Where(finding => !finding.IsWarning)];

        // Of nothing that could be read the core would only say that there is nothing.
        if (faults.Length > 0 && operations.Count == 0)
        {
            throw LabRunnerError.Input(faults);
        }

        RunPlan plan;
        try
        {
            plan = new RunPlan(compile(), operations, settings.Selection);
        }
        catch (LabCoreException error)
        {
            var fault = LabRunnerError.Core(error);
            if (faults.Length == 0)
            {
                throw fault;
            }

            var more = fault.Findings.Count > 0 ? fault.Findings : [new LabFinding(fault.Id, fault.Message, null, fault.Advice)];
            throw LabRunnerError.Input([.. faults, .. more]);
        }

        if (faults.Length > 0)
        {
            plan.Dispose();
            throw LabRunnerError.Input(faults);
        }

        if (plan.Operations.Any(operation => (operation.Work is ScriptWork || operation.Test is not null) && (operation.Isolation ?? settings.Isolation) == LabIsolation.Process) && Pilot.PowerShellProgram.Find() is null)
        {
            plan.Dispose();
            throw LabRunnerError.NoPowerShell();
        }

        if (settings.Ranking is not { } by)
        {
            return plan;
        }

        using (plan)
        {
            settings.CustomOrder = OperationRanking.Rank(by, LabReportBuilder.Plan(plan, settings));
        }

        return new RunPlan(compile(), operations, settings.Selection);
    }

    /// <summary>Starts a run.</summary>
    internal static RunSession Start(RunPlan plan, RunSettings settings, CallerState caller)
    {
        try
        {
            return RunSession.Start(plan, settings, caller);
        }
        catch (LabCoreException error)
        {
            throw LabRunnerError.Core(error);
        }
    }

    /// <summary>Carries a run to its end on this thread.</summary>
    internal static RunOutcome Finish(RunSession run, IRunOutput output, IProgressView? view)
    {
        try
        {
            return new RunPump(run, output, view).Pump();
        }
        finally
        {
            run.Dispose();
        }
    }
}
