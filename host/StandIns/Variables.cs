using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>What the variable cmdlets share: a scope by name, which the engine takes as a prefix.</summary>
public abstract class VariableCmdlet : PSCmdlet
{
    [Parameter]
    [ValidateSet("Global", "Script", "Local", "Private")]
    public string? Scope { get; set; }

    internal string Qualified(string name) => Scope is null ? name : Scope + ":" + name;

    internal void WriteNotFound(string name)
    {
        var error = new ItemNotFoundException($"Cannot find a variable with the name '{name}'.");
        WriteError(new ErrorRecord(error, "VariableNotFound", ErrorCategory.ObjectNotFound, name));
    }

    /// <summary>The variables a name stands for; wildcards look through all that can be seen.</summary>
    internal IEnumerable<PSVariable> Find(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            return SessionState.PSVariable.Get(Qualified(name)) is { } variable ? [variable] : [];
        }

        if (Scope is not null)
        {
            throw new PSNotSupportedException("Wildcards together with -Scope are not supported here.");
        }

        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return InvokeProvider.ChildItem.Get("variable:", recurse: false)
            .Select(found => found.BaseObject)
            .OfType<PSVariable>()
            .Where(variable => pattern.IsMatch(variable.Name));
    }
}

/// <summary>Stand-in for Get-Variable; scopes by name only.</summary>
[Cmdlet(VerbsCommon.Get, "Variable")]
public sealed class GetVariableCommand : VariableCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    public SwitchParameter ValueOnly { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var found = Find(name).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteNotFound(name);
            }

            foreach (var variable in found)
            {
                WriteObject(ValueOnly ? variable.Value : variable);
            }
        }
    }
}

/// <summary>Stand-in for Set-Variable; scopes by name only.</summary>
[Cmdlet(VerbsCommon.Set, "Variable", SupportsShouldProcess = true)]
public sealed class SetVariableCommand : VariableCmdlet
{
    private readonly List<object?> _values = [];

    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public ScopedItemOptions? Option { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => _values.Add(Value);

    protected override void EndProcessing()
    {
        var value = _values.Count > 1 ? _values.ToArray() : _values.FirstOrDefault();
        foreach (var name in Name.Where(name => ShouldProcess(name)))
        {
            SessionState.PSVariable.Set(Qualified(name), value);
            var variable = SessionState.PSVariable.Get(Qualified(name));
            if (Option is { } option)
            {
                variable.Options = option;
            }

            if (PassThru)
            {
                WriteObject(variable);
            }
        }
    }
}

/// <summary>Stand-in for New-Variable; scopes by name only.</summary>
[Cmdlet(VerbsCommon.New, "Variable", SupportsShouldProcess = true)]
public sealed class NewVariableCommand : VariableCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public ScopedItemOptions Option { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        var local = Scope is null ? "Local:" + Name : Qualified(Name);
        if (!Force && SessionState.PSVariable.Get(local) is not null)
        {
            var error = new SessionStateException($"A variable with name '{Name}' already exists.");
            WriteError(new ErrorRecord(error, "VariableAlreadyExists", ErrorCategory.ResourceExists, Name));
            return;
        }

        if (ShouldProcess(Name))
        {
            SessionState.PSVariable.Set(local, Value);
            SessionState.PSVariable.Get(local).Options = Option;
        }
    }
}

/// <summary>Stand-in for Remove-Variable; scopes by name only.</summary>
[Cmdlet(VerbsCommon.Remove, "Variable", SupportsShouldProcess = true)]
public sealed class RemoveVariableCommand : VariableCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var found = Find(name).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteNotFound(name);
            }

            foreach (var variable in found.Where(variable => ShouldProcess(variable.Name)))
            {
                SessionState.PSVariable.Remove(Scope is null ? variable.Name : Qualified(variable.Name));
            }
        }
    }
}

/// <summary>Stand-in for Get-Alias.</summary>
[Cmdlet(VerbsCommon.Get, "Alias")]
public sealed class GetAliasCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var found = InvokeCommand.GetCommands(name, CommandTypes.Alias, nameIsPattern: WildcardPattern.ContainsWildcardCharacters(name)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                var error = new ItemNotFoundException($"This command cannot find a matching alias because an alias with the name '{name}' does not exist.");
                WriteError(new ErrorRecord(error, "ItemNotFoundException", ErrorCategory.ObjectNotFound, name));
            }

            WriteObject(found, enumerateCollection: true);
        }
    }
}

/// <summary>Stand-in for Set-Alias; in the global scope or the caller's.</summary>
[Cmdlet(VerbsCommon.Set, "Alias", SupportsShouldProcess = true)]
public sealed class SetAliasCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Value { get; set; } = string.Empty;

    [Parameter]
    [ValidateSet("Global", "Script", "Local")]
    public string? Scope { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (ShouldProcess(Name))
        {
            var path = "alias:" + (Scope is null ? string.Empty : Scope + ":") + WildcardPattern.Escape(Name);
            InvokeProvider.Item.Set([path], Value, Force, literalPath: false);
        }
    }
}
