using System.Globalization;
using LabRunner.Interop;
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

    internal static LabConfigOrigin Of(ConfigOrigin origin) => new()
    {
        Path = origin.Path,
        Value = ConfigValues.From(origin.Value),
        Written = origin.Written,
        File = origin.At.File,
        Line = origin.At.Line,
        Column = origin.At.Column,
        Overridden = [.. (origin.Overridden ?? []).Select(other => new LabOverriddenValue(ConfigValues.From(other.Value), other.At.File, other.At.Line, other.At.Column))],
    };
}
