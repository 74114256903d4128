using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Orders values as scripts do: numbers as numbers, texts by culture, nothing first.</summary>
internal sealed class ValueComparer(bool caseSensitive) : IComparer<object?>
{
    public int Compare(object? x, object? y)
    {
        if (LanguagePrimitives.TryCompare(x, y, ignoreCase: !caseSensitive, CultureInfo.CurrentCulture, out var result))
        {
            return result;
        }

        return string.Compare(x?.ToString(), y?.ToString(), CultureInfo.CurrentCulture, caseSensitive ? CompareOptions.None : CompareOptions.IgnoreCase);
    }
}

/// <summary>Stand-in for Sort-Object, without -Culture. Always stable.</summary>
[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _inputs = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter Descending { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    [Parameter]
    public SwitchParameter Stable { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Top { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Bottom { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _inputs.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var comparer = new ValueComparer(CaseSensitive);
        var properties = PropertyArgument.From(Property);
        // Every key is read once, before anything is compared.
        var keyed = _inputs.Select(input => (Input: input, Keys: Keys(input, properties))).ToList();
        var order = properties.Count == 0 ? [Descending] : properties.Select(p => p.Descending ?? Descending).ToArray();

        int Compare(object?[] left, object?[] right)
        {
            for (var i = 0; i < order.Length; i++)
            {
                var result = comparer.Compare(left[i], right[i]);
                if (result != 0)
                {
                    return order[i] ? -result : result;
                }
            }

            return 0;
        }

        var sorted = keyed.OrderBy(pair => pair.Keys, Comparer<object?[]>.Create(Compare)).ToList();
        IEnumerable<(PSObject Input, object?[] Keys)> kept = Unique
            ? sorted.Where((pair, index) => index == 0 || Compare(sorted[index - 1].Keys, pair.Keys) != 0)
            : sorted;
        kept = Top is { } top ? kept.Take(top) : kept;
        kept = Bottom is { } bottom ? kept.TakeLast(bottom) : kept;
        foreach (var (input, _) in kept)
        {
            WriteObject(input);
        }
    }

    private static object?[] Keys(PSObject input, List<PropertyArgument> properties) =>
        properties.Count == 0 ? [input] : properties.Select(property => property.ValueOn(input)).ToArray();
}
