using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Plans;

/// <summary>The caller's own rule for the order of operations: a script block that gives each a key to sort by.</summary>
/// <remarks>It runs on the caller's thread, once an operation, before anything starts.</remarks>
internal static class OperationRanking
{
    /// <summary>The names in the order of their keys, smallest first; of equal keys in the declared order.</summary>
    /// <exception cref="LabRunnerException">The block fails, returns nothing, or returns what cannot be compared.</exception>
    internal static string[] Rank(ScriptBlock by, LabExecutionPlan plan)
    {
        var planned = plan.Operations.ToDictionary(operation => operation.Name, StringComparer.OrdinalIgnoreCase);
        var declared = plan.Schedule?.Operations ?? [];
        (string Name, object?[] Key)[] keyed = [.. declared.Select(operation => (operation.Name, Key(by, planned[operation.Name])))];
        try
        {
            return [.. keyed.OrderBy(item => item, Comparer<(string Name, object?[] Key)>.Create(Compare)).Select(item => item.Name)];
        }
        catch (InvalidOperationException error) when (error.InnerException is LabRunnerException own)
        {
            // The sort wraps what its comparison throws.
            throw own;
        }
    }

    private static object?[] Key(ScriptBlock by, LabPlannedOperation operation)
    {
        object?[] key;
        try
        {
            key = [.. by.InvokeWithContext(null, [new PSVariable("_", operation)], operation).Select(part => part?.BaseObject)];
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            throw LabRunnerError.Ranking(operation.Name, $"fails for operation '{operation.Name}': {error.Message}", error);
        }

        return key.Length > 0 && key.All(part => part is not null)
            ? key
            : throw LabRunnerError.Ranking(operation.Name, $"returns no value to sort operation '{operation.Name}' by", null);
    }

    // Several values are compared one after another, as Sort-Object does with several properties.
    private static int Compare((string Name, object?[] Key) one, (string Name, object?[] Key) other)
    {
        foreach (var (mine, theirs) in one.Key.Zip(other.Key))
        {
            int order;
            try
            {
                order = LanguagePrimitives.Compare(mine, theirs, ignoreCase: true);
            }
            catch (ArgumentException error)
            {
                throw LabRunnerError.Ranking(one.Name, $"gives keys that cannot be compared: {mine} for operation '{one.Name}' and {theirs} for '{other.Name}'", error);
            }

            if (order != 0)
            {
                return order;
            }
        }

        return one.Key.Length.CompareTo(other.Key.Length);
    }
}
