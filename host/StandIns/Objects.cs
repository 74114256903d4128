using System.Collections;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for New-Object, without COM.</summary>
[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string TypeName { get; set; } = string.Empty;

    [Parameter(Position = 1)]
    [Alias("Args")]
    public object[]? ArgumentList { get; set; }

    [Parameter]
    public IDictionary? Property { get; set; }

    protected override void BeginProcessing()
    {
        PSObject result;
        try
        {
            result = PSObject.AsPSObject(Create());
        }
        catch (Exception error) when (error is not (PipelineStoppedException or FlowControlException))
        {
            var cause = error is MethodInvocationException { InnerException: { } inner } ? inner : error;
            ThrowTerminatingError(new ErrorRecord(cause, "ConstructorInvokedThrowException,New-Object", ErrorCategory.InvalidOperation, TypeName));
            return;
        }

        foreach (DictionaryEntry entry in Property ?? new Hashtable())
        {
            var name = LanguagePrimitives.ConvertTo<string>(entry.Key);
            if (result.Properties[name] is { } property)
            {
                property.Value = entry.Value;
            }
            else if (result.BaseObject is PSCustomObject)
            {
                result.Properties.Add(new PSNoteProperty(name, entry.Value));
            }
            else
            {
                var error = new PSArgumentException($"The member \"{name}\" was not found for the specified .NET object.");
                WriteError(new ErrorRecord(error, "InvalidOperationException", ErrorCategory.InvalidOperation, name));
            }
        }

        WriteObject(result);
    }

    private object Create()
    {
        if (!LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type))
        {
            throw new PSArgumentException($"Cannot find type [{TypeName}]: verify that the assembly containing this type is loaded.");
        }

        if (type == typeof(PSObject) || type == typeof(PSCustomObject))
        {
            return new PSObject();
        }

        // With arguments the engine chooses the constructor, as it does for [Type]::new().
        return ArgumentList is null or []
            ? Activator.CreateInstance(type)!
            : InvokeCommand.InvokeScript("param($type, $list) , $type::new.Invoke($list)", type, ArgumentList)[0].BaseObject;
    }
}

/// <summary>Stand-in for Add-Member.</summary>
[Cmdlet(VerbsCommon.Add, "Member", DefaultParameterSetName = "TypeName")]
public sealed class AddMemberCommand : PSCmdlet
{
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Member")]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; }

    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "Member")]
    public string Name { get; set; } = string.Empty;

    [Parameter(Position = 2, ParameterSetName = "Member")]
    public object? Value { get; set; }

    [Parameter(Position = 3, ParameterSetName = "Member")]
    public object? SecondValue { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Note")]
    public string NotePropertyName { get => Name; set => Name = value; }

    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "Note")]
    [AllowNull]
    public object? NotePropertyValue { get => Value; set => Value = value; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Notes")]
    public IDictionary? NotePropertyMembers { get; set; }

    [Parameter]
    public string? TypeName { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case "Note":
                Add(new PSNoteProperty(Name, Value));
                break;
            case "Notes":
                foreach (DictionaryEntry entry in NotePropertyMembers!)
                {
                    Add(new PSNoteProperty(LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value));
                }

                break;
            case "Member":
                Add(Member());
                break;
        }

        if (!string.IsNullOrEmpty(TypeName))
        {
            InputObject.TypeNames.Insert(0, TypeName);
        }

        if (PassThru)
        {
            WriteObject(InputObject);
        }
    }

    private PSMemberInfo Member() => MemberType switch
    {
        PSMemberTypes.NoteProperty => new PSNoteProperty(Name, Value),
        PSMemberTypes.AliasProperty => new PSAliasProperty(Name, LanguagePrimitives.ConvertTo<string>(Value)),
        PSMemberTypes.ScriptProperty => new PSScriptProperty(Name, Script(Value), Script(SecondValue)),
        PSMemberTypes.ScriptMethod => new PSScriptMethod(Name, Script(Value)),
        PSMemberTypes.PropertySet => new PSPropertySet(Name, LanguagePrimitives.ConvertTo<string[]>(Value)),
        _ => throw new PSNotSupportedException($"A member of the type {MemberType} cannot be added here."),
    };

    private static ScriptBlock? Script(object? value) => (ScriptBlock?)(value is PSObject wrapped ? wrapped.BaseObject : value);

    private void Add(PSMemberInfo member)
    {
        if (InputObject.Members[member.Name] is { } known)
        {
            if (!Force || !known.IsInstance)
            {
                var error = new InvalidOperationException($"Cannot add a member with the name \"{member.Name}\" because a member with that name already exists.");
                WriteError(new ErrorRecord(error, "MemberAlreadyExists", ErrorCategory.InvalidOperation, InputObject));
                return;
            }

            InputObject.Members.Remove(member.Name);
        }

        InputObject.Members.Add(member);
    }
}

/// <summary>One member, as Get-Member tells it.</summary>
public sealed class MemberDefinition
{
    internal MemberDefinition(string typeName, PSMemberInfo member)
    {
        TypeName = typeName;
        Name = member.Name;
        MemberType = member.MemberType;
        Definition = member.ToString() ?? string.Empty;
    }

    public string TypeName { get; }

    public string Name { get; }

    public PSMemberTypes MemberType { get; }

    public string Definition { get; }

    public override string ToString() => Definition;
}

/// <summary>Stand-in for Get-Member, for instances.</summary>
[Cmdlet(VerbsCommon.Get, "Member")]
public sealed class GetMemberCommand : PSCmdlet
{
    private readonly HashSet<string> _seen = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; } = PSMemberTypes.All;

    protected override void ProcessRecord()
    {
        // Each type is told once, however many of its objects come.
        if (InputObject is null || !_seen.Add(InputObject.TypeNames.FirstOrDefault() ?? string.Empty))
        {
            return;
        }

        var patterns = Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        var members = InputObject.Members
            .Where(member => (member.MemberType & MemberType) != 0 && patterns.Exists(pattern => pattern.IsMatch(member.Name)))
            .Where(member => !member.Name.StartsWith("get_", StringComparison.Ordinal) && !member.Name.StartsWith("set_", StringComparison.Ordinal))
            .OrderBy(member => member.MemberType)
            .ThenBy(member => member.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var member in members)
        {
            WriteObject(new MemberDefinition(InputObject.TypeNames.FirstOrDefault() ?? string.Empty, member));
        }
    }
}
