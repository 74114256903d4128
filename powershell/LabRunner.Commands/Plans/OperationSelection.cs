using System.Management.Automation;
using System.Text.Json;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Plans;

/// <summary>Which operations of a lab are wanted: -Target, -Only, -Exclude and -SkipDependencies, for every command that has them.</summary>
/// <remarks>
/// Target means these and all they depend on, without SkipDependencies; Only means exactly these. Exclude takes
/// operations out; whatever needs the success of one of them is skipped, and so on. Names and ids, wildcards allowed.
/// </remarks>
internal sealed class OperationSelection
{
    private readonly string[] _target;
    private readonly string[] _only;
    private readonly string[] _exclude;
    private readonly bool _skipDependencies;

    /// <summary>Takes what was asked for.</summary>
    /// <exception cref="LabRunnerException">It contradicts itself.</exception>
    internal OperationSelection(string[]? target, string[]? only, string[]? exclude, bool skipDependencies)
    {
        _target = target ?? [];
        _only = only ?? [];
        _exclude = exclude ?? [];
        _skipDependencies = skipDependencies;
        if (_target.Length > 0 && _only.Length > 0)
        {
            throw LabRunnerError.Contradiction("-Target means operations and all they depend on, -Only exactly these; both are given.", "Leave one of them out.");
        }

        if (skipDependencies && _target.Length == 0)
        {
            throw LabRunnerError.Contradiction("-SkipDependencies leaves out what the targets depend on, but -Target is missing.", "Add -Target, or leave it out.");
        }
    }

    private bool IsEverything => _target.Length + _only.Length + _exclude.Length == 0;

    /// <summary>Selects.</summary>
    /// <exception cref="LabRunnerException">A name is not an operation, or nothing is left.</exception>
    internal SelectedOperations Of(IReadOnlyList<OperationDefinition> operations)
    {
        if (IsEverything)
        {
            return new SelectedOperations(operations, [], []);
        }

        var places = Places(operations);
        List<LabFinding> unknown = [];
        var target = Find("-Target", _target, operations, places, unknown);
        var only = Find("-Only", _only, operations, places, unknown);
        var excluded = Find("-Exclude", _exclude, operations, places, unknown);
        if (unknown.Count > 0)
        {
            throw LabRunnerError.Input(unknown);
        }

        var alone = _only.Length > 0 || _skipDependencies;
        var selected = _only.Length > 0 ? only : _target.Length == 0 ? [.. Enumerable.Range(0, operations.Count)] : alone ? target : WithDependencies(target, operations, places);
        Dictionary<int, LabSkippedOperation> left = [];
        for (var place = 0; place < operations.Count; place++)
        {
            var name = operations[place].Name;
            if (excluded.Contains(place) && selected.Contains(place))
            {
                left[place] = new LabSkippedOperation(name, "excluded", null, "it is excluded");
            }
            else if (!selected.Contains(place))
            {
                left[place] = new LabSkippedOperation(name, "not-selected", null, "it is not selected");
            }
        }

        SkipWhatNeedsThem(operations, places, left, alone);
        if (left.Count == operations.Count)
        {
            throw new LabRunnerException(LabRunnerError.EmptyPlan, ErrorCategory.InvalidArgument, $"Nothing is left to run: -Target, -Only or -Exclude leave out {(operations.Count == 1 ? "the only operation" : $"all {operations.Count} operations")}.", "Select at least one operation.");
        }

        bool LeftOut(string name) => places.TryGetValue(name, out var place) && left.ContainsKey(place);
        return new SelectedOperations(
            [.. operations.Where((_, place) => !left.ContainsKey(place)).Select(operation => OperationLinks.Without(operation, LeftOut))],
            [.. left.OrderBy(pair => pair.Key).Select(pair => pair.Value)],
            [.. places.Where(pair => left.ContainsKey(pair.Value)).Select(pair => pair.Key)])
        {
            // What was asked for and cannot run is a result; what was left out on purpose is not.
            Skipped = [.. left.OrderBy(pair => pair.Key).Where(pair => pair.Value.Kind == "dependency").Select(pair => operations[pair.Key])],
            Declared = [.. operations.Select(operation => operation.Name)],
        };
    }

    private static void SkipWhatNeedsThem(IReadOnlyList<OperationDefinition> operations, Dictionary<string, int> places, Dictionary<int, LabSkippedOperation> left, bool alone)
    {
        for (var changed = true; changed;)
        {
            changed = false;
            for (var place = 0; place < operations.Count; place++)
            {
                if (!left.ContainsKey(place) && Missing(operations[place]) is { } missing)
                {
                    left[place] = new LabSkippedOperation(operations[place].Name, "dependency", missing.Operation, missing.Message);
                    changed = true;
                }
            }
        }

        (string Operation, string Message)? Missing(OperationDefinition operation)
        {
            if (OperationLinks.Service(operation) is { } service && places.TryGetValue(service, out var starts) && left.ContainsKey(starts))
            {
                return (operations[starts].Name, $"it stops the service of '{operations[starts].Name}', which is left out");
            }

            if (alone)
            {
                return null;
            }

            var strong = OperationLinks.Strong(operation);
            string[] gone = [.. strong.Where(name => places.TryGetValue(name, out var place) && left.ContainsKey(place)).Select(name => operations[places[name]].Name)];
            return OperationLinks.Trigger(operation) switch
            {
                _ when gone.Length == 0 => null,
                null or "all-succeeded" => (gone[0], $"it depends on '{gone[0]}', which is left out"),
                "any-failed" when gone.Length == strong.Count => (gone[0], $"it runs only after a failure of '{gone[0]}', which is left out"),
                _ => null,
            };
        }
    }

    private static HashSet<int> WithDependencies(HashSet<int> target, IReadOnlyList<OperationDefinition> operations, Dictionary<string, int> places)
    {
        HashSet<int> all = [.. target];
        Stack<int> open = new(target);
        while (open.TryPop(out var place))
        {
            var operation = operations[place];
            foreach (var name in OperationLinks.Strong(operation).Concat(OperationLinks.Weak(operation)).Concat(OperationLinks.Service(operation) is { } service ? [service] : []))
            {
                if (places.TryGetValue(name, out var needed) && all.Add(needed))
                {
                    open.Push(needed);
                }
            }
        }

        return all;
    }

    private static Dictionary<string, int> Places(IReadOnlyList<OperationDefinition> operations)
    {
        Dictionary<string, int> places = new(StringComparer.OrdinalIgnoreCase);
        for (var place = 0; place < operations.Count; place++)
        {
            places.TryAdd(operations[place].Name, place);
            if (operations[place].Id is { } id)
            {
                places.TryAdd(id, place);
            }
        }

        return places;
    }

    private static HashSet<int> Find(string parameter, string[] names, IReadOnlyList<OperationDefinition> operations, Dictionary<string, int> places, List<LabFinding> unknown)
    {
        HashSet<int> found = [];
        foreach (var name in names)
        {
            if (places.TryGetValue(name, out var exact))
            {
                found.Add(exact);
                continue;
            }

            var pattern = WildcardPattern.ContainsWildcardCharacters(name) ? WildcardPattern.Get(name, WildcardOptions.IgnoreCase) : null;
            var matching = pattern is null ? [] : places.Where(pair => pattern.IsMatch(pair.Key)).Select(pair => pair.Value).ToArray();
            if (matching.Length == 0)
            {
                var similar = pattern is null ? LabCore.NearestName(name, places.Keys) : null;
                unknown.Add(new LabFinding(
                    LabRunnerError.UnknownOperation,
                    pattern is null ? $"{parameter} names '{name}', which is not an operation." : $"No operation matches {parameter} '{name}'.",
                    null,
                    similar is not null ? $"Did you mean '{operations[places[similar]].Name}'?" : $"There are {Some(operations)}."));
            }

            found.UnionWith(matching);
        }

        return found;
    }

    private static string Some(IReadOnlyList<OperationDefinition> operations) =>
        string.Join(", ", operations.Take(10).Select(operation => $"'{operation.Name}'")) + (operations.Count > 10 ? $" and {operations.Count - 10} more" : "");
}

/// <summary>The operations that are wanted, and those that are left out.</summary>
/// <param name="Operations">Those that are to run, as declared; they no longer wait for what is left out.</param>
/// <param name="Left">The others, as declared, with the reason of each.</param>
/// <param name="LeftOut">Names and ids of the others.</param>
internal sealed record SelectedOperations(IReadOnlyList<OperationDefinition> Operations, IReadOnlyList<LabSkippedOperation> Left, IReadOnlyList<string> LeftOut)
{
    private readonly HashSet<string> _leftOut = new(LeftOut, StringComparer.OrdinalIgnoreCase);

    /// <summary>Those that were wanted and cannot run, because what they need is left out.</summary>
    internal IReadOnlyList<OperationDefinition> Skipped { get; init; } = [];

    /// <summary>The names of all operations, as declared.</summary>
    internal IReadOnlyList<string> Declared { get; init; } = [];

    /// <summary>An order without what is left out.</summary>
    internal IReadOnlyList<string> Kept(IReadOnlyList<string> names) => _leftOut.Count == 0 ? names : [.. names.Where(name => !_leftOut.Contains(name))];

    /// <summary>Groups of operations without what is left out.</summary>
    internal JsonElement? Kept(JsonElement? conflicts) =>
        conflicts is not { } groups || _leftOut.Count == 0
            ? conflicts
            : JsonSerializer.SerializeToElement(groups.EnumerateArray().Select(group => group.EnumerateArray().Select(name => name.GetString() ?? "").Where(name => !_leftOut.Contains(name)).ToArray()).Where(group => group.Length > 1));

    /// <summary>The results of a run with those of what was skipped before it, all as declared.</summary>
    internal RunOutcome Merged(RunOutcome outcome)
    {
        if (Skipped.Count == 0)
        {
            return outcome;
        }

        var reasons = Left.ToDictionary(left => left.Name, StringComparer.OrdinalIgnoreCase);
        var skipped = Skipped.Select(operation => new LabOperationResult
        {
            Name = operation.Name,
            Id = operation.Id,
            Type = operation.Type,
            Ending = OperationStatus.Skipped,
            Error = reasons[operation.Name].Message,
            SkippedBecause = new SkipReason("excluded", reasons[operation.Name].Operation, reasons[operation.Name].Message),
        });
        var order = Declared.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.OrdinalIgnoreCase);
        return outcome with
        {
            Results = [.. outcome.Results.Concat(skipped).OrderBy(result => order.GetValueOrDefault(result.Name))],
        };
    }
}
