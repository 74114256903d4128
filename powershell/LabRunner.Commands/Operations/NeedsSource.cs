using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>Reads what an operation books while it runs: Resources, Pool and Lock.</summary>
internal sealed class NeedsSource(List<LabFinding> findings, KeyCheck keys)
{
    /// <summary>The needs as the core's own document has them; nothing when there are none.</summary>
    internal Dictionary<string, object?>? Read(FieldMap fields, string operation)
    {
        var needs = new Dictionary<string, object?>();
        if (fields.Take("Resources") is { } resources)
        {
            Measures(resources, needs, operation);
        }

        if (fields.Take("Pool", "Pools") is { } pool && Pools(pool, operation) is { Count: > 0 } pools)
        {
            needs["pools"] = pools;
        }

        if (fields.Take("Lock", "Locks") is { } held && Locks(held, operation) is { Count: > 0 } locks)
        {
            needs["locks"] = locks;
        }

        return needs.Count == 0 ? null : needs;
    }

    private void Measures(object resources, Dictionary<string, object?> needs, string operation)
    {
        if (FieldMap.Of(resources) is not { } map)
        {
            Refuse($"The Resources of operation '{operation}' are '{resources}', not amounts by name.", operation, "Write Resources = @{ MemoryGB = 2; CPUPercent = 25 }.");
            return;
        }

        Measure("memory_mib", "MemoryGB", value => Amounts.Memory(value, 1024 * Amounts.Mebibyte));
        Measure("memory_mib", "MemoryMB", value => Amounts.Memory(value, Amounts.Mebibyte));
        Measure("memory_mib", "Memory", value => Amounts.Memory(value, 1));
        Measure("cpu_percent", "CPUPercent", Amounts.Up);
        Measure("network_mbit_s", "NetworkMbps", Amounts.Up);
        Measure("disk_mb_s", "DiskMbps", Amounts.Up);
        keys.Report(map, operation, "Resources", "Resources");

        void Measure(string key, string spelled, Func<object, long?> read)
        {
            if (map.Take(spelled) is not { } value)
            {
                return;
            }

            if (read(value) is not { } amount)
            {
                Refuse($"The {spelled} '{value}' in the Resources of operation '{operation}' is not an amount.", operation, "Write a number that is not below zero; memory may be a text such as '512MB'.");
            }
            else if (!needs.TryAdd(key, amount))
            {
                Refuse($"The Resources of operation '{operation}' say twice how much memory it needs.", operation, "Keep one of MemoryGB, MemoryMB and Memory.");
            }
        }
    }

    private Dictionary<string, object?> Pools(object pool, string operation)
    {
        var pools = new Dictionary<string, object?>();
        if (NamedValues.Of(pool) is not { } entries)
        {
            Refuse($"The Pool of operation '{operation}' is '{pool}', not the name of a pool.", operation, "Write Pool = 'name', or Pool = @{ name = 2 }.");
            return pools;
        }

        foreach (var (name, units) in entries)
        {
            if ((units is null ? 1 : Amounts.Whole(units)) is { } count and > 0)
            {
                pools[name] = count;
            }
            else
            {
                Refuse($"Operation '{operation}' takes '{units}' of pool '{name}', which is not a number of units.", operation, "Take 1 or more.");
            }
        }

        return pools;
    }

    private Dictionary<string, object?> Locks(object held, string operation)
    {
        var locks = new Dictionary<string, object?>();
        if (NamedValues.Of(held) is not { } entries)
        {
            Refuse($"The Lock of operation '{operation}' is '{held}', not the name of a lock.", operation, "Write Lock = 'name', or Lock = @{ name = 'Shared' }.");
            return locks;
        }

        foreach (var (name, mode) in entries)
        {
            var wanted = mode is null ? "exclusive" : $"{mode}".Trim().ToLowerInvariant();
            if (wanted is "exclusive" or "shared")
            {
                locks[name] = wanted;
            }
            else
            {
                Refuse($"Operation '{operation}' holds lock '{name}' in the mode '{mode}', which does not exist.", operation, "Write 'Shared' or 'Exclusive'.");
            }
        }

        return locks;
    }

    private void Refuse(string message, string operation, string advice) =>
        findings.Add(new LabFinding(LabRunnerError.InvalidValue, message, operation, advice));
}
