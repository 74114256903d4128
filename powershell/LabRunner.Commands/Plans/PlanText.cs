using System.Text;

namespace LabRunner.Plans;

/// <summary>A plan as -WhatIf and -Verbose show it: in the order of the core, with what each operation waits for and when it starts.</summary>
internal static class PlanText
{
    internal static string Of(LabExecutionPlan plan)
    {
        var known = PlanTable.Known(plan);
        var text = new StringBuilder($"Run {LabDisplay.Count(plan.Operations.Length, "operation")}:");
        foreach (var operation in plan.Operations)
        {
            text.AppendLine().Append("  ").Append(operation.Name);
            if (operation.Dependencies.Length > 0)
            {
                text.Append(" after ").AppendJoin(", ", operation.Dependencies);
            }

            if (operation.Why is { } why)
            {
                text.Append(": ").Append(operation.Run switch { "no" => why, "test" => "if its test says that it is not done", _ => $"runs, {why}" });
            }

            if (known && operation.Start is { } start)
            {
                text.Append(" (").Append(LabDisplay.Duration(start)).Append(" to ").Append(LabDisplay.Duration(operation.End)).Append(')');
            }
        }

        foreach (var skipped in plan.Skipped)
        {
            text.AppendLine().Append("  not ").Append(skipped.Name).Append(": ").Append(skipped.Message);
        }

        if (known)
        {
            text.AppendLine().Append("  expected to take ").Append(LabDisplay.Duration(plan.Makespan)).Append(", decided by ").AppendJoin(" > ", plan.CriticalPath);
        }

        return text.ToString();
    }
}
