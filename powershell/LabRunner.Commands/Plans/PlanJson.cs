namespace LabRunner.Plans;

/// <summary>A plan as other programs read it; times are milliseconds.</summary>
internal sealed record PlanJson(
    string Name,
    string? Source,
    string? Environment,
    string Mode,
    int MaxConcurrency,
    long? MakespanMs,
    long? LowerBoundMs,
    string[] CriticalPath,
    string[][] Levels,
    PlanJson.Operation[] Operations,
    LabSkippedOperation[] Skipped,
    PlanJson.Resource[] Resources)
{
    internal static PlanJson Of(LabExecutionPlan plan) => new(
        plan.Name,
        plan.Source,
        plan.Environment,
        plan.Mode,
        plan.MaxConcurrency,
        Milliseconds(plan.Makespan),
        Milliseconds(plan.Schedule?.LowerBound),
        plan.CriticalPath,
        plan.Levels,
        [.. plan.Operations.Select(Operation.Of)],
        plan.Skipped,
        [.. plan.Resources.Select(resource => new Resource(resource.Kind, resource.Name, resource.Capacity, resource.Peak))]);

    private static long? Milliseconds(TimeSpan? time) => (long?)time?.TotalMilliseconds;

    /// <summary>One operation.</summary>
    internal sealed record Operation(
        string Name,
        string? Id,
        string? Type,
        string Work,
        int Level,
        int Priority,
        string[] Dependencies,
        long? StartMs,
        long? EndMs,
        long? SlackMs,
        long? EstimateMs,
        string? EstimateSource,
        long? TimeoutMs,
        bool Critical)
    {
        internal static Operation Of(LabPlannedOperation planned) => new(
            planned.Name,
            planned.Id,
            planned.Type,
            planned.Work,
            planned.Level,
            planned.Priority,
            planned.Dependencies,
            Milliseconds(planned.Start),
            Milliseconds(planned.End),
            Milliseconds(planned.Slack),
            Milliseconds(planned.Estimate),
            planned.EstimateSource,
            Milliseconds(planned.Timeout),
            planned.Critical);
    }

    /// <summary>The most that is in use of one resource.</summary>
    internal sealed record Resource(string Kind, string Name, long Capacity, long Peak);
}
