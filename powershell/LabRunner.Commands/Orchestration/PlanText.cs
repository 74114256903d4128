using System.Text;

namespace LabRunner.Orchestration;

/// <summary>A plan as -WhatIf and -Verbose show it: in the order of the core, with what each operation waits for.</summary>
internal static class PlanText
{
    internal static string Of(LabExecutionPlan plan)
    {
        var text = new StringBuilder($"Run {plan.Operations.Length} operations:");
        foreach (var operation in plan.Operations)
        {
            text.AppendLine().Append("  ").Append(operation.Name);
            if (operation.Dependencies.Length > 0)
            {
                text.Append(" after ").AppendJoin(", ", operation.Dependencies);
            }
        }

        return text.ToString();
    }
}
