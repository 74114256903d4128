using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace LabRunner.Operations;

/// <summary>Reads amounts: of memory, of other resources, of tries. Nothing is what cannot be read or is below zero.</summary>
internal static partial class Amounts
{
    /// <summary>Bytes in a MiB, the core's unit of memory.</summary>
    internal const double Mebibyte = 1024 * 1024;

    /// <summary>A whole number.</summary>
    internal static long? Whole(object? value) => Number(value) is { } number && number == Math.Floor(number) ? (long)number : null;

    /// <summary>A number, rounded up to a whole one: half a percent needs one.</summary>
    internal static long? Up(object? value) => Number(value) is { } number ? (long)Math.Ceiling(number) : null;

    /// <summary>A size in bytes, of which a text may have a unit.</summary>
    internal static long? Bytes(object? value) => Scaled(value, 1, 1);

    /// <summary>Memory in MiB, rounded up. A bare number counts units of <paramref name="unit"/> bytes; a text may have a unit of its own.</summary>
    internal static long? Memory(object? value, double unit) => Scaled(value, unit, Mebibyte);

    private static long? Scaled(object? value, double unit, double to)
    {
        if (value is string text && Size().Match(text.Trim()) is { Success: true } match && match.Groups[2].Length > 0)
        {
            unit = match.Groups[2].Value.ToUpperInvariant()[0] switch
            {
                'K' => 1024,
                'M' => Mebibyte,
                'G' => 1024 * Mebibyte,
                'T' => 1024 * 1024 * Mebibyte,
                _ => 1,
            };
            value = match.Groups[1].Value;
        }

        return Number(value) is { } number && Math.Ceiling(number * unit / to) is var amount && amount < long.MaxValue ? (long)amount : null;
    }

    private static double? Number(object? value)
    {
        var number = value switch
        {
            null or bool or TimeSpan or DateTime => (double?)null,
            string text => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var read) ? read : null,
            _ => LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double read) ? read : null,
        };
        return number is >= 0 and < long.MaxValue ? number : null;
    }

    [GeneratedRegex("^(\\d+(?:\\.\\d+)?)\\s*(B|[KMGT](?:i?B)?)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Size();
}
