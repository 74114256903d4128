using System.Globalization;
using System.Text;

namespace LabRunner.Plans;

/// <summary>A plan as people read it: what runs when, what decides the length, and what will not run.</summary>
internal static class PlanTable
{
    private static readonly string[] Headers = ["", "Level", "Operation", "Start", "End", "Slack", "Estimate", "After", "Run", "Why"];

    internal static string Of(LabExecutionPlan plan)
    {
        var text = new StringBuilder();
        text.AppendLine(Headline(plan));
        if (Known(plan))
        {
            text.Append("critical path: ").AppendJoin(" > ", plan.CriticalPath).AppendLine();
        }

        text.Append("peak: ").AppendJoin(", ", plan.Resources.Select(Peak).OfType<string>()).AppendLine().AppendLine();
        var checks = plan.Operations.Any(operation => operation.Why is not null);
        Table(text, [checks ? Headers : Headers[..^2], .. plan.Operations.Select(operation => Row(plan, operation)).Select(row => checks ? row : row[..^2])]);
        if (plan.Skipped.Length > 0)
        {
            text.AppendLine().AppendLine("will not run:");
            foreach (var skipped in plan.Skipped)
            {
                text.Append("  ").Append(skipped.Name).Append(": ").AppendLine(skipped.Message);
            }
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>Whether anything is known of how long operations take.</summary>
    internal static bool Known(LabExecutionPlan plan) => plan.Schedule is { } schedule && schedule.Estimates.Declared + schedule.Estimates.History > 0;

    private static string Headline(LabExecutionPlan plan)
    {
        var environment = plan.Environment is null ? "" : $" ({plan.Environment})";
        var length = Known(plan)
            ? $"expected to take {LabDisplay.Duration(plan.Makespan)}"
            : $"nothing is known of how long they take: each counts as {LabDisplay.Duration(plan.Schedule?.Estimates.UnitDuration)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Name}{environment}: {LabDisplay.Count(plan.Operations.Length, "operation")} in {LabDisplay.Count(plan.Levels.Length, "level")}, {plan.MaxConcurrency} at a time, {length}");
    }

    // The number that could share a lock is not shown: it is held, or it is not.
    private static string? Peak(Interop.LabScheduledResource resource) =>
        resource.Kind is not ("lock" or "conflict") ? string.Create(CultureInfo.InvariantCulture, $"{resource.Peak} of {resource.Capacity} {Unit(resource)}")
        : resource.Peak > 0 ? Unit(resource)
        : null;

    private static string Unit(Interop.LabScheduledResource resource) => resource.Kind switch
    {
        "slots" => "slots",
        "memory" => "MiB of memory",
        "cpu" => "% of the processors",
        "network" => "Mbit/s of network",
        "disk" => "MB/s of disk",
        var kind => $"{kind} {resource.Name}",
    };

    private static string[] Row(LabExecutionPlan plan, LabPlannedOperation operation) =>
    [
        operation.Critical && Known(plan) ? "*" : "",
        operation.Level.ToString(CultureInfo.InvariantCulture),
        operation.Name,
        operation.Start is { } start ? LabDisplay.Duration(start) : "-",
        operation.End is { } end ? LabDisplay.Duration(end) : "-",
        LabDisplay.Duration(operation.Slack),
        $"{LabDisplay.Duration(operation.Estimate)} {operation.EstimateSource switch { "unit" => "(unknown)", "history" => "(history)", _ => "" }}".TrimEnd(),
        LabDisplay.OneLine(string.Join(", ", operation.Dependencies)),
        operation.Run,
        LabDisplay.OneLine(operation.Why),
    ];

    private static void Table(StringBuilder text, string[][] rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (var row in rows)
        {
            var line = string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])));
            text.AppendLine(line.TrimEnd());
        }
    }
}
