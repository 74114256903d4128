using System.Text.Json;
using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>Reads how much there is of what operations need: <c>-ResourceLimits</c>, over the limits of a lab file.</summary>
internal static class LimitsReader
{
    /// <summary>The limits as the core's own document has them.</summary>
    /// <exception cref="LabRunnerException">A key that is not a limit, or a value that is not an amount.</exception>
    internal static Dictionary<string, object?> Read(object? given, JsonElement? file = null)
    {
        List<LabFinding> findings = [];
        var limits = Read(given, findings, file);
        return findings.Count == 0 ? limits : throw LabRunnerError.Input(findings);
    }

    /// <summary>The same where faults are reported beside others.</summary>
    internal static Dictionary<string, object?> Read(object? given, ICollection<LabFinding> findings, JsonElement? file = null)
    {
        var limits = new Dictionary<string, object?>();
        var pools = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var limit in file is { ValueKind: JsonValueKind.Object } declared ? declared.EnumerateObject().ToArray() : [])
        {
            if (limit.NameEquals("pools"))
            {
                foreach (var pool in limit.Value.EnumerateObject())
                {
                    pools[pool.Name] = pool.Value;
                }
            }
            else
            {
                limits[limit.Name] = limit.Value;
            }
        }

        if (given is not null)
        {
            Over(given, limits, pools, findings);
        }

        if (pools.Count > 0)
        {
            limits["pools"] = pools;
        }

        return limits;
    }

    private static void Over(object given, Dictionary<string, object?> limits, Dictionary<string, object?> pools, ICollection<LabFinding> findings)
    {
        if (FieldMap.Of(given) is not { } map)
        {
            Refuse($"The resource limits are '{given}', not amounts by name.", "Write @{ MaxMemoryGB = 8; MaxCPUPercent = 80 }.");
            return;
        }

        Limit("memory_mib", "MaxMemoryGB", value => Amounts.Memory(value, 1024 * Amounts.Mebibyte));
        Limit("cpu_percent", "MaxCPUPercent", Amounts.Up);
        Limit("network_mbit_s", "MaxNetworkMbps", Amounts.Up);
        Limit("disk_mb_s", "MaxDiskMbps", Amounts.Up);
        if (map.Take("Pools") is { } named)
        {
            var entries = named is string ? null : NamedValues.Of(named);
            if (entries is null)
            {
                Refuse($"The Pools of the resource limits are '{named}', not sizes by name.", "Write Pools = @{ name = 2 }.");
            }

            foreach (var (name, size) in entries ?? [])
            {
                if (Amounts.Whole(size) is { } units and > 0)
                {
                    pools[name] = units;
                }
                else
                {
                    Refuse($"The size '{size}' of pool '{name}' is not a number of units.", "Write 1 or more.");
                }
            }
        }

        foreach (var unknown in map.Unknown)
        {
            Refuse($"The resource limits have '{unknown}', which is not a limit.", "There are MaxMemoryGB, MaxCPUPercent, MaxNetworkMbps, MaxDiskMbps and Pools.");
        }

        void Limit(string key, string spelled, Func<object, long?> read)
        {
            if (map.Take(spelled) is not { } value)
            {
                return;
            }

            if (read(value) is { } amount and > 0)
            {
                limits[key] = amount;
            }
            else
            {
                Refuse($"The limit {spelled} is '{value}', which is not an amount above zero.", "Write a number, or leave it out where nothing is to be limited.");
            }
        }

        void Refuse(string message, string advice) => findings.Add(new LabFinding(LabRunnerError.InvalidValue, message, null, advice));
    }
}
