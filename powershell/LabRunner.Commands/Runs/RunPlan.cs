using LabRunner.Interop;
using LabRunner.Plans;

namespace LabRunner.Runs;

/// <summary>A compiled plan, and the operations that it is of.</summary>
internal sealed class RunPlan : IDisposable
{
    private readonly IReadOnlyList<OperationDefinition> _declared;
    private readonly List<(OperationDefinition Operation, LabSkippedOperation Reason)> _skipped = [];

    /// <summary>Takes what the core has compiled.</summary>
    /// <param name="handle">The plan.</param>
    /// <param name="declared">All operations, as declared.</param>
    /// <param name="selection">Which of them were wanted.</param>
    internal RunPlan(PlanHandle handle, IReadOnlyList<OperationDefinition> declared, OperationSelection selection)
    {
        Handle = handle;
        _declared = declared;
        Operations = declared;
        if (selection.IsEverything || handle.Selected() is not { } selected)
        {
            return;
        }

        HashSet<int> kept = [.. selected.Operations];
        Operations = [.. declared.Where((_, place) => kept.Contains(place))];
        Left = [.. selected.LeftOut.Select(left => new LabSkippedOperation(left.Name, left.Kind, left.Operation, left.Message))];
        // What was asked for and cannot run is a result; what was left out on purpose is not.
        _skipped.AddRange(declared.Where((_, place) => !kept.Contains(place)).Zip(Left).Where(pair => pair.Second.Kind == "dependency"));
    }

    /// <summary>The plan.</summary>
    internal PlanHandle Handle { get; }

    /// <summary>The operations that it is of, as declared.</summary>
    internal IReadOnlyList<OperationDefinition> Operations { get; }

    /// <summary>The others, as declared, with the reason of each.</summary>
    internal IReadOnlyList<LabSkippedOperation> Left { get; } = [];

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>The results of a run with those of what was skipped before it, all as declared.</summary>
    internal RunOutcome Merged(RunOutcome outcome)
    {
        if (_skipped.Count == 0)
        {
            return outcome;
        }

        var skipped = _skipped.Select(left => new LabOperationResult
        {
            Name = left.Operation.Name,
            Id = left.Operation.Id,
            Type = left.Operation.Type,
            Ending = OperationStatus.Skipped,
            Error = left.Reason.Message,
            SkippedBecause = new SkipReason("excluded", left.Reason.Operation, left.Reason.Message),
        });
        var order = _declared.Select((operation, place) => (operation.Name, place)).ToDictionary(pair => pair.Name, pair => pair.place, StringComparer.OrdinalIgnoreCase);
        return outcome with
        {
            Results = [.. outcome.Results.Concat(skipped).OrderBy(result => order.GetValueOrDefault(result.Name))],
        };
    }
}
