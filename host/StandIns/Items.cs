using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Get-Item.</summary>
[Cmdlet(VerbsCommon.Get, "Item", DefaultParameterSetName = "Path")]
public sealed class GetItemCommand : ItemPathCmdlet
{
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Attempt(path, () => WriteObject(InvokeProvider.Item.Get([path], Force, IsLiteral), enumerateCollection: true));
        }
    }
}

/// <summary>Stand-in for Set-Item.</summary>
[Cmdlet(VerbsCommon.Set, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetItemCommand : ItemPathCmdlet
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path.Where(path => ShouldProcess(path)))
        {
            Attempt(path, () => InvokeProvider.Item.Set([path], Value, Force, IsLiteral));
        }
    }
}

/// <summary>Stand-in for Get-ChildItem, without -Attributes and -FollowSymlink.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = "Path")]
public sealed class GetChildItemCommand : PathCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = ["."];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get => Path; set => Path = value; }

    [Parameter(Position = 1)]
    public string? Filter { get; set; }

    [Parameter]
    public string[]? Include { get; set; }

    [Parameter]
    public string[]? Exclude { get; set; }

    [Parameter]
    [Alias("s", "r")]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public uint? Depth { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter Name { get; set; }

    [Parameter]
    public SwitchParameter File { get; set; }

    [Parameter]
    public SwitchParameter Directory { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            var literal = ParameterSetName == "LiteralPath";
            Attempt(path, () =>
            {
                if (Depth is { } depth)
                {
                    Descend(path, literal, depth);
                }
                else
                {
                    Write(InvokeProvider.ChildItem.Get([path], Recurse, Force, literal));
                }
            });
        }
    }

    private void Descend(string path, bool literal, uint depth)
    {
        var children = InvokeProvider.ChildItem.Get([path], recurse: false, Force, literal);
        Write(children);
        if (depth == 0)
        {
            return;
        }

        foreach (var child in children.Where(child => child.Properties["PSIsContainer"]?.Value is true))
        {
            Descend((string)child.Properties["PSPath"].Value, literal: true, depth - 1);
        }
    }

    private void Write(IEnumerable<PSObject> children)
    {
        foreach (var child in children)
        {
            var leaf = child.Properties["PSChildName"]?.Value as string ?? child.ToString();
            var wanted = (Filter is null || Matches(leaf, Filter))
                && (Include is null || Include.Any(pattern => Matches(leaf, pattern)))
                && (Exclude is null || !Exclude.Any(pattern => Matches(leaf, pattern)))
                && (!File || child.BaseObject is FileInfo)
                && (!Directory || child.BaseObject is DirectoryInfo);
            if (wanted)
            {
                WriteObject(Name ? leaf : child);
            }
        }
    }

    private static bool Matches(string name, string pattern) => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name);
}

/// <summary>Stand-in for New-Item.</summary>
[Cmdlet(VerbsCommon.New, "Item", SupportsShouldProcess = true)]
public sealed class NewItemCommand : PathCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [string.Empty];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Type")]
    public string? ItemType { get; set; }

    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path.Where(path => ShouldProcess(string.IsNullOrEmpty(Name) ? path : path + " " + Name)))
        {
            Attempt(path, () => WriteObject(
                InvokeProvider.Item.New([path], Name, ItemType, Value, Force), enumerateCollection: true));
        }
    }
}

/// <summary>Stand-in for Remove-Item, without -Include, -Exclude and -Filter.</summary>
[Cmdlet(VerbsCommon.Remove, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class RemoveItemCommand : ItemPathCmdlet
{
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Attempt(path, () => Remove(path));
        }
    }

    private void Remove(string path)
    {
        var pattern = IsLiteral ? WildcardPattern.Escape(path) : path;
        foreach (var found in SessionState.Path.GetResolvedPSPathFromPSPath(pattern))
        {
            var escaped = WildcardPattern.Escape(found.Path);
            var full = !Recurse && InvokeProvider.Item.IsContainer(escaped) && InvokeProvider.ChildItem.HasChild(escaped);
            if (ShouldProcess(found.Path) && (!full || ShouldContinue($"The item at {found.Path} has children.", "Remove all of them?")))
            {
                InvokeProvider.Item.Remove([found.Path], Recurse || full, Force, literalPath: true);
            }
        }
    }
}

/// <summary>Stand-in for Copy-Item, inside one machine.</summary>
[Cmdlet(VerbsCommon.Copy, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class CopyItemCommand : ItemPathCmdlet
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = string.Empty;

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path.Where(path => ShouldProcess(path)))
        {
            Attempt(path, () =>
            {
                var copied = InvokeProvider.Item.Copy([path], Destination, Recurse, CopyContainers.CopyTargetContainer, Force, IsLiteral);
                if (PassThru)
                {
                    WriteObject(copied, enumerateCollection: true);
                }
            });
        }
    }
}

/// <summary>Stand-in for Move-Item.</summary>
[Cmdlet(VerbsCommon.Move, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class MoveItemCommand : ItemPathCmdlet
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path.Where(path => ShouldProcess(path)))
        {
            Attempt(path, () => InvokeProvider.Item.Move([path], Destination, Force, IsLiteral));
        }
    }
}

/// <summary>Stand-in for Rename-Item.</summary>
[Cmdlet(VerbsCommon.Rename, "Item", SupportsShouldProcess = true)]
public sealed class RenameItemCommand : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    public string Path { get; set; } = string.Empty;

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string NewName { get; set; } = string.Empty;

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (ShouldProcess(Path))
        {
            Attempt(Path, () => InvokeProvider.Item.Rename(Path, NewName, Force));
        }
    }
}

/// <summary>Stand-in for Get-PSDrive.</summary>
[Cmdlet(VerbsCommon.Get, "PSDrive")]
public sealed class GetPSDriveCommand : PathCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[]? PSProvider { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var drives = SessionState.Drive.GetAll().Where(drive => pattern.IsMatch(drive.Name)).ToList();
            if (drives.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                Attempt(name, () => SessionState.Drive.Get(name));
            }

            WriteObject(drives.Where(drive => PSProvider is null || PSProvider.Contains(drive.Provider.Name, StringComparer.OrdinalIgnoreCase)), enumerateCollection: true);
        }
    }
}

/// <summary>Stand-in for New-PSDrive, without credentials and persistent drives.</summary>
[Cmdlet(VerbsCommon.New, "PSDrive")]
public sealed class NewPSDriveCommand : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Name { get; set; } = string.Empty;

    [Parameter(Position = 1, Mandatory = true)]
    public string PSProvider { get; set; } = string.Empty;

    [Parameter(Position = 2, Mandatory = true)]
    [AllowEmptyString]
    public string Root { get; set; } = string.Empty;

    [Parameter]
    public string Description { get; set; } = string.Empty;

    [Parameter]
    public string Scope { get; set; } = "Local";

    protected override void ProcessRecord() => Attempt(Name, () =>
    {
        var provider = SessionState.Provider.GetOne(PSProvider);
        WriteObject(SessionState.Drive.New(new PSDriveInfo(Name, provider, Root, Description, credential: null), Scope));
    });
}

/// <summary>Stand-in for Remove-PSDrive.</summary>
[Cmdlet(VerbsCommon.Remove, "PSDrive")]
public sealed class RemovePSDriveCommand : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            Attempt(name, () => SessionState.Drive.Remove(name, Force, scope: null));
        }
    }
}
