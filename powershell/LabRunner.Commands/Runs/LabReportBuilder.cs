using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Plans;
using LabRunner.Restarts;

namespace LabRunner.Runs;

/// <summary>Makes the report of a lab from its plan and its run.</summary>
internal static class LabReportBuilder
{
    /// <summary>How long a run may be held up by the search for a shorter schedule.</summary>
    private const int SearchMilliseconds = 250;

    /// <summary>The plan for people, with the schedule that a run so wide is expected to keep.</summary>
    internal static LabExecutionPlan Plan(RunPlan plan, RunSettings settings, string? environment = null)
    {
        var schedule = plan.Handle.Preview(new LabScheduleOptions(settings.MaxConcurrency, BudgetMilliseconds: SearchMilliseconds));
        HashSet<string> path = new(schedule.CriticalPath, StringComparer.OrdinalIgnoreCase);
        var outlook = Outlook(plan, settings);
        var description = plan.Handle.Describe();
        var byName = description.Operations.ToDictionary(item => item.Name, item => Planned(item, schedule, path, plan.Operations, outlook));
        return new LabExecutionPlan
        {
            Name = settings.Name,
            Source = settings.Source,
            Environment = string.IsNullOrWhiteSpace(environment) ? null : environment,
            Mode = char.ToUpperInvariant(settings.Order[0]) + settings.Order[1..],
            MaxConcurrency = settings.MaxConcurrency,
            Findings = [.. description.Warnings.Select(LabRunnerError.Warning)],
            Skipped =
            [
                .. plan.Left,
                .. schedule.Operations.Where(operation => operation.SkippedBecause is not null)
                    .Select(operation => new LabSkippedOperation(operation.Name, operation.SkippedBecause!.Kind, operation.SkippedBecause.Operation, operation.SkippedBecause.Message)),
            ],
            Operations = [.. description.Order.Select(name => byName[name])],
            Levels = description.Levels,
            CriticalPath = schedule.CriticalPath,
            Schedule = schedule,
        };
    }

    // Nothing is looked at where no operation says when it is up to date: then all of them run.
    private static IReadOnlyList<(string Run, string Why)> Outlook(RunPlan plan, RunSettings settings)
    {
        if (!plan.Operations.Any(operation => operation.IsChecked))
        {
            return [];
        }

        var outlook = plan.Handle.Outlook(PlanDocument.RunOptions(settings, settings.MaxConcurrency, OperationDefinition.Nodes(plan.Operations)));
        return [.. outlook.Select(item => (item.Action switch { "current" => "no", "test" => "test", _ => "yes" }, item.Reason))];
    }

    /// <summary>When each operation is expected to end; nothing while it is not known of all how long they take.</summary>
    internal static IReadOnlyList<TimeSpan?>? ExpectedEnds(RunPlan plan, RunSettings settings)
    {
        var schedule = plan.Handle.Preview(new LabScheduleOptions(settings.MaxConcurrency, Tries: 0, BudgetMilliseconds: 0));
        return schedule.Operations.All(operation => operation.SkippedBecause is not null || operation.Estimate.Source != "unit") && schedule.Operations.Any(operation => operation.End is not null)
            ? [.. schedule.Operations.Select(operation => operation.End)]
            : null;
    }

    /// <summary>The report of a run that has ended.</summary>
    internal static LabOrchestrationReport Report(RunSettings settings, string configuration, Watch started, LabExecutionPlan described, IReadOnlySet<string> validation, RunOutcome outcome) => new()
    {
        Summary = Summary(settings, configuration, started, outcome),
        Results = outcome.Results,
        Metrics = Metrics(outcome),
        Health = LabRunHealth.Of(outcome.OfCore, [.. outcome.Results.Select(result => result.Name)], started.Start, settings.Monitoring is not null),
        ExecutionPlan = described,
        ValidationResults = [.. outcome.Results.Where(result => validation.Contains(result.Name))],
        Rollback = outcome.Rollback,
        Performance = outcome.Performance,
        Recommendations = [.. Recommendations(outcome), .. outcome.Performance?.Recommendations.Select(it => it.Message) ?? [], .. outcome.Status == ParkedText.Status ? (string[])[ParkedText.Next(outcome, settings)] : []],
        Error = Error(outcome),
    };

    /// <summary>A run in short; without an outcome, one that was only planned.</summary>
    internal static LabOrchestrationSummary Summary(RunSettings settings, string configuration, Watch started, RunOutcome? outcome) => new()
    {
        Success = outcome is null || outcome.Status is "Succeeded" or "Undone",
        Status = outcome?.Status ?? "DryRun",
        Name = settings.Name,
        Configuration = configuration,
        Mode = char.ToUpperInvariant(settings.Order[0]) + settings.Order[1..],
        StartTime = started.Start,
        EndTime = started.Now,
        DryRun = outcome is null,
        RunId = outcome?.RunId,
        RunDirectory = outcome?.Directory,
    };

    /// <summary>The figures of a run.</summary>
    internal static LabOrchestrationMetrics Metrics(RunOutcome outcome)
    {
        var figures = outcome.OfCore?.Metrics;
        return new LabOrchestrationMetrics
        {
            TotalOperations = outcome.Results.Length,
            Succeeded = outcome.Results.Count(result => result.Success),
            UpToDate = outcome.Results.Count(result => result.UpToDate),
            Skipped = outcome.Results.Count(result => result.Ending == OperationStatus.Skipped),
            Failed = outcome.Results.Count(result => !result.Success && result.Ending != OperationStatus.Skipped),
            PeakConcurrency = figures?.PeakConcurrency ?? 0,
            BusyTime = TimeSpan.FromMilliseconds(figures?.BusyMs ?? 0),
        };
    }

    /// <summary>What to do about operations that did not end well; only what follows from how they ended.</summary>
    internal static string[] Recommendations(RunOutcome outcome)
    {
        List<string> advice = [];
        foreach (var result in outcome.Results)
        {
            switch (result.Ending)
            {
                case OperationStatus.TimedOut:
                    advice.Add($"'{result.Name}' took longer than its limit: raise its timeout, or find out why it takes so long.");
                    break;
                case OperationStatus.Abandoned:
                    advice.Add($"'{result.Name}' did not stop when asked to; check whether it is still running.");
                    break;
                case OperationStatus.Failed:
                    advice.Add($"'{result.Name}' failed; see its ErrorRecord and Records.");
                    break;
            }
        }

        advice.AddRange(outcome.Rollback
            .Where(result => !result.Success)
            .Select(result => $"'{result.Name}' was not undone; what it left behind is still there."));
        return [.. advice];
    }

    /// <summary>Why it did not succeed, on a line an operation.</summary>
    internal static string? Error(RunOutcome outcome)
    {
        string[] failed =
        [
            .. outcome.Results.Where(result => !result.Success && result.Ending != OperationStatus.Skipped).Select(result => $"{result.Name}: {result.Error}"),
            .. outcome.Rollback.Where(result => !result.Success).Select(result => $"{result.Name} (rollback): {result.Error}"),
        ];
        return failed.Length == 0 ? null : string.Join(Environment.NewLine, failed);
    }

    private static LabPlannedOperation Planned(LabPlannedModel item, LabSchedule schedule, HashSet<string> path, IReadOnlyList<OperationDefinition> operations, IReadOnlyList<(string Run, string Why)> outlook)
    {
        var scheduled = schedule.Operations[item.Index];
        var definition = operations[scheduled.Index];
        return new LabPlannedOperation
        {
            Id = definition.Id,
            Definition = OperationDetails.Of(item.Definition, definition),
            Start = scheduled.Start,
            End = scheduled.End,
            Slack = scheduled.Slack,
            Run = outlook.Count == 0 ? "yes" : outlook[scheduled.Index].Run,
            Why = outlook.Count == 0 ? null : outlook[scheduled.Index].Why,
            Estimate = scheduled.Estimate.Duration,
            EstimateSource = scheduled.Estimate.Source,
            SkippedBecause = scheduled.SkippedBecause?.Message,
            Critical = path.Contains(scheduled.Name),
            Level = item.Level,
            Name = item.Name,
            Type = item.Type,
            Work = item.Work,
            Dependencies = item.Dependencies,
            Priority = item.Priority,
            Timeout = item.TimeoutMs is { } limit ? TimeSpan.FromMilliseconds(limit) : null,
        };
    }
}
