using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;

namespace LabRunner.Runs;

/// <summary>What a run was called with, as far as it may be written down and a resume needs it: which part of the lab is run, and how.</summary>
/// <remarks>Variables, functions and blocks are not among it: they belong to the session, and may be secrets.</remarks>
internal sealed class LabCall
{
    private static readonly string[] Kept =
    [
        "Environment", "Target", "Exclude", "Only", "SkipDependencies", "OrchestrationMode", "Order", "MaxConcurrency", "ResourceLimits",
        "FailureStrategy", "ContinueOnError", "CancelRunning", "RunTimeoutMinutes", "Isolation", "Strict", "RunAll", "HealthMonitoring", "RetryCount", "RetryDelaySeconds", "TimeoutMinutes",
    ];

    /// <summary>Where the caller stood: what a run has that goes on without one.</summary>
    internal const string Location = "Location";

    private readonly IReadOnlyDictionary<string, object?> _values;

    /// <summary>A call with its parameters.</summary>
    internal LabCall(IDictionary<string, object> bound, string? location = null)
    {
        var values = Kept.Where(bound.ContainsKey).Where(name => IsPlain(bound[name])).ToDictionary(name => name, name => Plain(bound[name]));
        if (location is not null)
        {
            values[Location] = location;
        }

        _values = values;
    }

    /// <summary>A call as it was written down; an empty one where it was not.</summary>
    internal LabCall(JsonElement? written) =>
        _values = written is not { ValueKind: JsonValueKind.Object } call ? new Dictionary<string, object?>() : call.EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value.Clone());

    /// <summary>What is written down; nothing when it was called without any of it.</summary>
    internal IReadOnlyDictionary<string, object?>? Written => _values.Count > 0 ? _values : null;

    internal string? Text(string name) => Value(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    internal bool? Flag(string name) => Value(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : null;

    internal double? Number(string name) => Value(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    internal string[] Texts(string name) =>
        Value(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(item => item.ToString())] : [];

    /// <summary>Limits, as -ResourceLimits takes them.</summary>
    internal Hashtable? Table(string name) => Value(name) is { ValueKind: JsonValueKind.Object } map ? Table(map) : null;

    private static Hashtable Table(JsonElement map)
    {
        Hashtable table = new(StringComparer.OrdinalIgnoreCase);
        foreach (var member in map.EnumerateObject())
        {
            table[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.Object => Table(member.Value),
                JsonValueKind.Number => member.Value.GetDouble(),
                _ => member.Value.ToString(),
            };
        }

        return table;
    }

    private JsonElement? Value(string name) => _values.GetValueOrDefault(name) is JsonElement element ? element : null;

    // A block that ranks, say, belongs to the session: the core ranks a resumed run without it.
    private static bool IsPlain(object value) => Bare(value) switch
    {
        ScriptBlock => false,
        object[] list => list.All(item => Bare(item) is not ScriptBlock),
        _ => true,
    };

    private static object? Plain(object? value) => Bare(value) switch
    {
        SwitchParameter flag => flag.IsPresent,
        Array list => list.Cast<object?>().Select(item => LanguagePrimitives.ConvertTo<string>(item)).ToArray(),
        IDictionary map => map.Keys.Cast<object>().ToDictionary(key => Convert.ToString(key, CultureInfo.InvariantCulture) ?? "", key => Plain(map[key])),
        double or float or decimal => new JsonNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)).Element,
        int or long or bool or string => Bare(value),
        null => null,
        var other => LanguagePrimitives.ConvertTo<string>(other),
    };

    private static object? Bare(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private readonly record struct JsonNumber(double Value)
    {
        internal JsonElement Element => JsonSerializer.SerializeToElement(Value);
    }
}
