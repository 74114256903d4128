using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Microsoft.PowerShell.Commands;

/// <summary>What Measure-Object gives for numbers.</summary>
public sealed class GenericMeasureInfo
{
    public int Count { get; set; }

    public double? Average { get; set; }

    public double? Sum { get; set; }

    public object? Maximum { get; set; }

    public object? Minimum { get; set; }

    public string? Property { get; set; }
}

/// <summary>What Measure-Object gives for text.</summary>
public sealed class TextMeasureInfo
{
    public int? Lines { get; set; }

    public int? Words { get; set; }

    public int? Characters { get; set; }

    public string? Property { get; set; }
}

/// <summary>Stand-in for Measure-Object, without standard deviations.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object", DefaultParameterSetName = "Numbers")]
public sealed partial class MeasureObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _inputs = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter(ParameterSetName = "Numbers")]
    public SwitchParameter Sum { get; set; }

    [Parameter(ParameterSetName = "Numbers")]
    public SwitchParameter Average { get; set; }

    [Parameter(ParameterSetName = "Numbers")]
    public SwitchParameter Maximum { get; set; }

    [Parameter(ParameterSetName = "Numbers")]
    public SwitchParameter Minimum { get; set; }

    [Parameter(ParameterSetName = "Numbers")]
    public SwitchParameter AllStats { get; set; }

    [Parameter(ParameterSetName = "Text")]
    public SwitchParameter Line { get; set; }

    [Parameter(ParameterSetName = "Text")]
    public SwitchParameter Word { get; set; }

    [Parameter(ParameterSetName = "Text")]
    public SwitchParameter Character { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _inputs.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var properties = PropertyArgument.From(Property);
        if (properties.Count == 0)
        {
            Measure(null, _inputs.Cast<object?>().ToList());
            return;
        }

        foreach (var property in properties)
        {
            var values = _inputs.SelectMany(input => property.Expand(input)).Select(pair => pair.Value).Where(value => value is not null).ToList();
            if (values.Count == 0 && _inputs.Count > 0)
            {
                var error = new PSArgumentException($"The property \"{property.Label}\" cannot be found in the input for any objects.");
                WriteError(new ErrorRecord(error, "GenericMeasurePropertyNotFound", ErrorCategory.InvalidArgument, null));
                continue;
            }

            Measure(property.Label, values);
        }
    }

    private void Measure(string? property, List<object?> values)
    {
        if (ParameterSetName == "Text")
        {
            var texts = values.Select(value => LanguagePrimitives.ConvertTo<string>(value)).ToList();
            WriteObject(new TextMeasureInfo
            {
                Lines = Line ? texts.Sum(text => text.Length == 0 ? 0 : text.Split('\n').Length) : null,
                Words = Word ? texts.Sum(text => Words().Count(text)) : null,
                Characters = Character ? texts.Sum(text => text.Length) : null,
                Property = property,
            });
            return;
        }

        List<double> numbers = Sum || Average || AllStats ? Numbers(values) : [];
        var comparer = new ValueComparer(caseSensitive: false);
        WriteObject(new GenericMeasureInfo
        {
            Count = values.Count,
            Sum = Sum || AllStats ? numbers.Sum() : null,
            Average = (Average || AllStats) && numbers.Count > 0 ? numbers.Average() : null,
            Maximum = Maximum || AllStats ? Unwrapped(values.Max(comparer)) : null,
            Minimum = Minimum || AllStats ? Unwrapped(values.Min(comparer)) : null,
            Property = property,
        });
    }

    private List<double> Numbers(List<object?> values)
    {
        var numbers = new List<double>();
        foreach (var value in values)
        {
            if (LanguagePrimitives.TryConvertTo<double>(value, out var number))
            {
                numbers.Add(number);
            }
            else
            {
                var error = new PSInvalidCastException($"Input object \"{value}\" is not numeric.");
                WriteError(new ErrorRecord(error, "NonNumericInputObject", ErrorCategory.InvalidType, value));
            }
        }

        return numbers;
    }

    /// <summary>Numbers come out as doubles, as they do in the real cmdlet.</summary>
    private static object? Unwrapped(object? value)
    {
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain is byte or sbyte or short or ushort or int or uint or long or ulong or float or decimal ? Convert.ToDouble(plain, null) : plain;
    }

    [GeneratedRegex(@"\S+")]
    private static partial Regex Words();
}
