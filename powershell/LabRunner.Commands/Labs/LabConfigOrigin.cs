using System.Globalization;
using System.Text.Json;
using LabRunner.Json;
using LabRunner.Labs;

namespace LabRunner;

/// <summary>A value that another one has taken the place of.</summary>
/// <param name="Value">The value.</param>
/// <param name="File">The file it is in.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
public sealed record LabOverriddenValue(object? Value, string? File, int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value} ({File}:{Line}:{Column})");
}

/// <summary>One value of a configuration, and where it comes from.</summary>
public sealed class LabConfigOrigin
{
    /// <summary>Its path, such as <c>operations[deploy].timeout</c>.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The value.</summary>
    public object? Value { get; private init; }

    /// <summary>How it was written, when variables were filled in.</summary>
    public string? Written { get; private init; }

    /// <summary>The file it is in.</summary>
    public string? File { get; private init; }

    /// <summary>Its line, from 1.</summary>
    public int Line { get; private init; }

    /// <summary>Its column, from 1.</summary>
    public int Column { get; private init; }

    /// <summary>What it has taken the place of, the first one first.</summary>
    public LabOverriddenValue[] Overridden { get; private init; } = [];

    /// <summary>The file and the line, as an editor opens it.</summary>
    public string At => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");

    /// <inheritdoc/>
    public override string ToString() => $"{Path} = {Value} ({At})";

    internal static IEnumerable<LabConfigOrigin> Of(JsonElement origins)
    {
        foreach (var item in origins.EnumerateArray())
        {
            var at = item.GetProperty("at");
            yield return new LabConfigOrigin
            {
                Path = JsonMembers.Text(item, "path") ?? "",
                Value = ConfigValues.From(item.GetProperty("value")),
                Written = JsonMembers.Text(item, "written"),
                File = JsonMembers.Text(at, "file"),
                Line = at.GetProperty("line").GetInt32(),
                Column = at.GetProperty("column").GetInt32(),
                Overridden = item.TryGetProperty("overridden", out var over) ? [.. over.EnumerateArray().Select(Replaced)] : [],
            };
        }
    }

    private static LabOverriddenValue Replaced(JsonElement item)
    {
        var at = item.GetProperty("at");
        return new LabOverriddenValue(ConfigValues.From(item.GetProperty("value")), JsonMembers.Text(at, "file"), at.GetProperty("line").GetInt32(), at.GetProperty("column").GetInt32());
    }
}
