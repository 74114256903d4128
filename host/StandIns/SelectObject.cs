using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Select-Object.</summary>
[Cmdlet(VerbsCommon.Select, "Object", DefaultParameterSetName = "Default")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _held = new();
    private readonly List<PSObject> _seen = [];
    private List<PropertyArgument> _properties = [];
    private int _index;
    private int _written;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0, ParameterSetName = "Default")]
    [Parameter(Position = 0, ParameterSetName = "SkipLast")]
    public object[]? Property { get; set; }

    [Parameter]
    public string[]? ExcludeProperty { get; set; }

    [Parameter]
    public string? ExpandProperty { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter(ParameterSetName = "Default")]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    [Parameter(ParameterSetName = "Default")]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    [Parameter(ParameterSetName = "SkipLast", Mandatory = true)]
    [ValidateRange(0, int.MaxValue)]
    public int SkipLast { get; set; }

    [Parameter(ParameterSetName = "Default")]
    public SwitchParameter Wait { get; set; }

    [Parameter(ParameterSetName = "Index", Mandatory = true)]
    [ValidateRange(0, int.MaxValue)]
    public int[]? Index { get; set; }

    protected override void BeginProcessing()
    {
        _properties = PropertyArgument.From(Property);
        if (Property is null && ExcludeProperty is not null)
        {
            _properties = PropertyArgument.From(["*"]);
        }
    }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        if (Index is not null)
        {
            if (Index.Contains(_index++))
            {
                Write(InputObject);
            }

            return;
        }

        if (Last is not null && First is null)
        {
            Hold(InputObject, Last.Value + Skip, writeWhatFalls: false);
        }
        else if (_index++ < Skip)
        {
            return;
        }
        else if (ParameterSetName == "SkipLast")
        {
            Hold(InputObject, SkipLast, writeWhatFalls: true);
        }
        else if (First is null)
        {
            Write(InputObject);
        }
        else if (_written < First)
        {
            Write(InputObject);
            if (_written == First && Last is null && !Wait)
            {
                throw EngineInternals.StopUpstream(this);
            }
        }
        else if (Last is not null)
        {
            Hold(InputObject, Last.Value, writeWhatFalls: false);
        }
        else if (First == 0 && !Wait)
        {
            throw EngineInternals.StopUpstream(this);
        }
    }

    protected override void EndProcessing()
    {
        if (Last is null)
        {
            return;
        }

        var skippedAtEnd = First is null ? Skip : 0;
        foreach (var input in _held.Take(Math.Max(0, _held.Count - skippedAtEnd)))
        {
            Write(input);
        }
    }

    private void Hold(PSObject input, int limit, bool writeWhatFalls)
    {
        _held.Enqueue(input);
        if (_held.Count > limit)
        {
            var oldest = _held.Dequeue();
            if (writeWhatFalls)
            {
                Write(oldest);
            }
        }
    }

    private void Write(PSObject input)
    {
        _written++;
        if (ExpandProperty is not null)
        {
            Expand(input, ExpandProperty);
            return;
        }

        var result = _properties.Count == 0 ? input : Project(input);
        if (Unique)
        {
            if (_seen.Any(seen => AreEqual(seen, result)))
            {
                return;
            }

            _seen.Add(result);
        }

        WriteObject(result);
    }

    private PSObject Project(PSObject input)
    {
        var result = new PSObject();
        var excluded = (ExcludeProperty ?? []).Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        foreach (var property in _properties)
        {
            var pairs = property.Expand(input).ToList();
            if (pairs.Count == 0 && property.IsSingle)
            {
                pairs.Add((property.Label, null));
            }

            foreach (var (name, value) in pairs.Where(pair => !excluded.Any(pattern => pattern.IsMatch(pair.Name))))
            {
                if (result.Properties[name] is null)
                {
                    result.Properties.Add(new PSNoteProperty(name, value));
                }
            }
        }

        result.TypeNames.Insert(0, "Selected." + input.TypeNames.FirstOrDefault());
        return result;
    }

    private void Expand(PSObject input, string name)
    {
        var property = input.Properties[name];
        if (property is null)
        {
            var error = new PSArgumentException($"Property \"{name}\" cannot be found.");
            WriteError(new ErrorRecord(error, "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, input));
            return;
        }

        WriteObject(PropertyArgument.Read(property), enumerateCollection: true);
    }

    private bool AreEqual(PSObject one, PSObject other)
    {
        if (_properties.Count == 0)
        {
            return LanguagePrimitives.Equals(one, other);
        }

        return one.Properties.Count() == other.Properties.Count()
            && one.Properties.All(p => other.Properties[p.Name] is { } q && LanguagePrimitives.Equals(p.Value, q.Value));
    }
}
