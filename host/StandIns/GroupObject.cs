using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>One group of Group-Object.</summary>
public sealed class GroupInfo
{
    internal GroupInfo(ArrayList values)
    {
        Values = values;
        Name = string.Join(", ", values.Cast<object?>().Select(LanguagePrimitives.ConvertTo<string>));
    }

    public int Count { get; internal set; }

    public string Name { get; }

    public Collection<PSObject> Group { get; } = [];

    public ArrayList Values { get; }
}

/// <summary>Stand-in for Group-Object, without -Culture.</summary>
[Cmdlet(VerbsData.Group, "Object")]
public sealed class GroupObjectCommand : PSCmdlet
{
    private readonly List<GroupInfo> _groups = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter NoElement { get; set; }

    [Parameter]
    [Alias("AHT")]
    public SwitchParameter AsHashTable { get; set; }

    [Parameter]
    public SwitchParameter AsString { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        var properties = PropertyArgument.From(Property);
        var values = properties.Count == 0 ? [InputObject] : new ArrayList(properties.Select(p => p.ValueOn(InputObject)).ToList());
        var comparer = new ValueComparer(CaseSensitive);
        var group = _groups.Find(known => known.Values.Count == values.Count
            && known.Values.Cast<object?>().Zip(values.Cast<object?>()).All(pair => comparer.Compare(pair.First, pair.Second) == 0));
        if (group is null)
        {
            group = new GroupInfo(values);
            _groups.Add(group);
        }

        group.Count++;
        if (!NoElement)
        {
            group.Group.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var sorted = _groups.OrderBy(group => group.Values.Count > 0 ? group.Values[0] : null, new ValueComparer(CaseSensitive)).ToList();
        if (!AsHashTable)
        {
            WriteObject(sorted, enumerateCollection: true);
            return;
        }

        var table = new Hashtable(CaseSensitive ? StringComparer.CurrentCulture : StringComparer.CurrentCultureIgnoreCase);
        foreach (var group in sorted)
        {
            var key = AsString || group.Values.Count != 1 || group.Values[0] is null ? group.Name : group.Values[0]!;
            table[key is PSObject wrapped ? wrapped.BaseObject : key] = group.Group;
        }

        WriteObject(table);
    }
}
