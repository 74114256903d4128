using System.Globalization;
using System.Text;

namespace LabRunner;

/// <summary>One thing that an operation was declared as, in two plans.</summary>
/// <param name="Key">What: <c>script</c>, <c>dependencies</c>, <c>timeout_ms</c> and so on.</param>
/// <param name="Reference">What it was.</param>
/// <param name="Difference">What it is.</param>
public sealed record LabPlanChange(string Key, string? Reference, string? Difference);

/// <summary>An operation that is in two plans and not the same in them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Changes">What has changed.</param>
public sealed record LabChangedOperation(string Name, LabPlanChange[] Changes)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {string.Join(", ", Changes.Select(change => change.Key))}";
}

/// <summary>What differs between two plans.</summary>
public sealed class LabPlanDifference
{
    private const string DurationKey = "_ms";

    /// <summary>Operations that only the second plan has.</summary>
    public string[] Added { get; private init; } = [];

    /// <summary>Operations that only the first plan has.</summary>
    public string[] Removed { get; private init; } = [];

    /// <summary>Operations that both have, and that are not the same.</summary>
    public LabChangedOperation[] Changed { get; private init; } = [];

    /// <summary>How long the first plan is expected to take.</summary>
    public TimeSpan ReferenceMakespan { get; private init; }

    /// <summary>How long the second plan is expected to take.</summary>
    public TimeSpan DifferenceMakespan { get; private init; }

    /// <summary>How much longer the second one takes.</summary>
    public TimeSpan MakespanDifference => DifferenceMakespan - ReferenceMakespan;

    /// <summary>Whether the operations are the same.</summary>
    public bool Same => Added.Length + Removed.Length + Changed.Length == 0;

    /// <summary>The difference as text: + added, - removed, ~ changed.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (mark, names) in new[] { ("+", Added), ("-", Removed) })
        {
            foreach (var name in names)
            {
                text.Append(mark).Append(' ').AppendLine(name);
            }
        }

        foreach (var operation in Changed)
        {
            text.Append("~ ").AppendLine(operation.Name);
            foreach (var change in operation.Changes)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {Label(change.Key)}: {Shown(change.Key, change.Reference)} -> {Shown(change.Key, change.Difference)}");
            }
        }

        if (Same)
        {
            text.AppendLine("the operations are the same");
        }

        var sign = MakespanDifference < TimeSpan.Zero ? "-" : "+";
        text.Append(CultureInfo.InvariantCulture, $"expected to take {LabDisplay.Duration(ReferenceMakespan)} -> {LabDisplay.Duration(DifferenceMakespan)}");
        return MakespanDifference == TimeSpan.Zero ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $" ({sign}{LabDisplay.Duration(MakespanDifference.Duration())})").ToString();
    }

    // The core counts milliseconds; a person reads a duration.
    private static string Label(string key) => IsDuration(key) ? key[..^DurationKey.Length] : key;

    private static string Shown(string key, string? value) =>
        string.IsNullOrEmpty(value) ? "(none)"
        : IsDuration(key) && double.TryParse(value, CultureInfo.InvariantCulture, out var ms) ? LabDisplay.Duration(TimeSpan.FromMilliseconds(Math.Min(ms, TimeSpan.MaxValue.TotalMilliseconds / 2)))
        : LabDisplay.OneLine(value);

    private static bool IsDuration(string key) => key.EndsWith(DurationKey, StringComparison.Ordinal);

    internal static LabPlanDifference Of(LabExecutionPlan reference, LabExecutionPlan difference)
    {
        var before = reference.Operations.ToDictionary(operation => operation.Name, StringComparer.OrdinalIgnoreCase);
        var after = difference.Operations.ToDictionary(operation => operation.Name, StringComparer.OrdinalIgnoreCase);
        return new LabPlanDifference
        {
            Added = [.. difference.Operations.Select(operation => operation.Name).Where(name => !before.ContainsKey(name))],
            Removed = [.. reference.Operations.Select(operation => operation.Name).Where(name => !after.ContainsKey(name))],
            Changed =
            [
                .. difference.Operations.Where(operation => before.ContainsKey(operation.Name))
                    .Select(operation => new LabChangedOperation(operation.Name, Changes(before[operation.Name].Definition, operation.Definition)))
                    .Where(changed => changed.Changes.Length > 0),
            ],
            ReferenceMakespan = reference.Makespan ?? TimeSpan.Zero,
            DifferenceMakespan = difference.Makespan ?? TimeSpan.Zero,
        };
    }

    private static LabPlanChange[] Changes(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
    [
        .. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(key => new LabPlanChange(key, before.GetValueOrDefault(key), after.GetValueOrDefault(key)))
            .Where(change => change.Reference != change.Difference),
    ];
}
