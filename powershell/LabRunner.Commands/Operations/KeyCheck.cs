using LabRunner.Errors;
using LabRunner.Interop;

namespace LabRunner.Operations;

/// <summary>Finds the unknown keys of operations, by the rule of lab files.</summary>
/// <remarks>
/// A key that is near to a known one is a fault, for it was meant to do something. Other keys are warnings, and faults where
/// the reading is strict. Keys that begin with <c>x-</c> or <c>$</c> are the user's own.
/// </remarks>
internal sealed class KeyCheck(List<LabFinding> findings, bool isStrict)
{
    // Operations are mostly made in a loop, and then all have the same keys.
    private readonly Dictionary<(string Key, string Kind), string?> _near = [];

    /// <summary>Reports the keys that were not read, and those that are there twice.</summary>
    /// <param name="map">The keys.</param>
    /// <param name="operation">The operation they are of.</param>
    /// <param name="kind">What decides which keys are known: the kind of its work, or the key they are below.</param>
    /// <param name="inside">The key of the operation that they are below.</param>
    /// <param name="strict">Whether every unknown key is a fault, because nothing of this kind was written for an older version.</param>
    internal void Report(FieldMap map, string operation, string kind, string? inside = null, bool strict = false)
    {
        var whose = inside is null ? $"Operation '{operation}'" : $"Operation '{operation}': {inside}";
        foreach (var (one, other) in map.Twice)
        {
            findings.Add(new LabFinding(LabRunnerError.DuplicateKey, $"{whose} has both '{one}' and '{other}', which mean the same.", operation, "Keep one of them."));
        }

        foreach (var key in map.Unknown)
        {
            if (!IsOwn(key))
            {
                findings.Add(Unknown(whose, key, Near(key, kind, map), operation, inside, strict || isStrict));
            }
        }
    }

    private LabFinding Unknown(string whose, string key, string? near, string operation, string? inside, bool strict)
    {
        if (near is null && !strict)
        {
            return new LabFinding(LabRunnerError.UnknownKey, $"{whose} has an unknown key '{key}' (ignored).", operation) { IsWarning = true, OfSeveral = inside is null ? $"have an unknown key '{key}' (ignored)" : null };
        }

        const string Own = "Keys of your own begin with 'x-'.";
        return new LabFinding(LabRunnerError.UnknownKey, $"{whose} has an unknown key '{key}'.", operation, near is null ? Own : $"Did you mean '{near}'? {Own}");
    }

    private string? Near(string key, string kind, FieldMap map)
    {
        if (!_near.TryGetValue((key, kind), out var near))
        {
            near = LabCore.NearestKeys([key], map.Known)[0];
            _near[(key, kind)] = near;
        }

        return near;
    }

    private static bool IsOwn(string key) => key.StartsWith("x-", StringComparison.OrdinalIgnoreCase) || key.StartsWith('$');
}
