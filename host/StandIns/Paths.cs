using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Join-Path.</summary>
[Cmdlet(VerbsCommon.Join, "Path")]
public sealed class JoinPathCommand : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] Path { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string[] ChildPath { get; set; } = [];

    [Parameter(Position = 2, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[] AdditionalChildPath { get; set; } = [];

    [Parameter]
    public SwitchParameter Resolve { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var parent in Path)
        {
            Attempt(parent, () =>
            {
                var joined = ChildPath.Concat(AdditionalChildPath ?? []).Aggregate(parent, SessionState.Path.Combine);
                if (!Resolve)
                {
                    WriteObject(joined);
                    return;
                }

                WriteObject(SessionState.Path.GetResolvedPSPathFromPSPath(joined).Select(path => path.Path), enumerateCollection: true);
            });
        }
    }
}

/// <summary>Stand-in for Split-Path.</summary>
[Cmdlet(VerbsCommon.Split, "Path", DefaultParameterSetName = "Parent")]
public sealed class SplitPathCommand : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    public string[] Path { get; set; } = [];

    [Parameter(ParameterSetName = "Parent")]
    public SwitchParameter Parent { get; set; }

    [Parameter(ParameterSetName = "Leaf", Mandatory = true)]
    public SwitchParameter Leaf { get; set; }

    [Parameter(ParameterSetName = "LeafBase", Mandatory = true)]
    public SwitchParameter LeafBase { get; set; }

    [Parameter(ParameterSetName = "Extension", Mandatory = true)]
    public SwitchParameter Extension { get; set; }

    [Parameter(ParameterSetName = "Qualifier", Mandatory = true)]
    public SwitchParameter Qualifier { get; set; }

    [Parameter(ParameterSetName = "IsAbsolute", Mandatory = true)]
    public SwitchParameter IsAbsolute { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Attempt(path, () => WriteObject(Part(path)));
        }
    }

    private object Part(string path)
    {
        switch (ParameterSetName)
        {
            case "Leaf":
                return SessionState.Path.ParseChildName(path);
            case "LeafBase":
                return System.IO.Path.GetFileNameWithoutExtension(SessionState.Path.ParseChildName(path));
            case "Extension":
                return System.IO.Path.GetExtension(SessionState.Path.ParseChildName(path));
            case "IsAbsolute":
                return SessionState.Path.IsPSAbsolute(path, out _) || System.IO.Path.IsPathRooted(path);
            case "Qualifier":
                return SessionState.Path.IsPSAbsolute(path, out var drive)
                    ? drive + ":"
                    : throw new PSArgumentException($"Cannot parse path because path '{path}' does not have a qualifier specified.");
            default:
                return SessionState.Path.ParseParent(path, string.Empty);
        }
    }
}

/// <summary>What Test-Path asks for.</summary>
public enum TestPathType
{
    Any,
    Container,
    Leaf,
}

/// <summary>Stand-in for Test-Path.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = "Path")]
public sealed class TestPathCommand : PathCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string?[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string?[]? LiteralPath { get => Path; set => Path = value; }

    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; } = TestPathType.Any;

    [Parameter]
    public SwitchParameter IsValid { get; set; }

    protected override void ProcessRecord()
    {
        if (Path is null or [])
        {
            WriteError(new ErrorRecord(new ArgumentNullException(nameof(Path)), "NullPathNotPermitted", ErrorCategory.InvalidArgument, Path));
            return;
        }

        var literal = ParameterSetName == "LiteralPath";
        foreach (var path in Path)
        {
            if (path is null)
            {
                WriteError(new ErrorRecord(new ArgumentNullException(nameof(Path)), "NullPathNotPermitted", ErrorCategory.InvalidArgument, path));
            }
            else
            {
                WriteObject(!string.IsNullOrWhiteSpace(path) && Exists(path, literal));
            }
        }
    }

    private bool Exists(string path, bool literal)
    {
        try
        {
            if (IsValid)
            {
                return SessionState.Path.IsValid(path);
            }

            if (!InvokeProvider.Item.Exists(path, force: false, literal))
            {
                return false;
            }

            if (PathType == TestPathType.Any)
            {
                return true;
            }

            var isContainer = InvokeProvider.Item.IsContainer(literal ? WildcardPattern.Escape(path) : path);
            return isContainer == (PathType == TestPathType.Container);
        }
        catch (Exception error) when (error is PSNotSupportedException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ItemNotFoundException)
        {
            return false;
        }
    }
}

/// <summary>Stand-in for Resolve-Path, without -Relative.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = "Path")]
public sealed class ResolvePathCommand : ItemPathCmdlet
{
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            var pattern = IsLiteral ? WildcardPattern.Escape(path) : path;
            Attempt(path, () => WriteObject(SessionState.Path.GetResolvedPSPathFromPSPath(pattern), enumerateCollection: true));
        }
    }
}

/// <summary>Stand-in for Convert-Path.</summary>
[Cmdlet(VerbsData.Convert, "Path", DefaultParameterSetName = "Path")]
public sealed class ConvertPathCommand : ItemPathCmdlet
{
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            var pattern = IsLiteral ? WildcardPattern.Escape(path) : path;
            Attempt(path, () => WriteObject(SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out _), enumerateCollection: true));
        }
    }
}

/// <summary>Stand-in for Get-Location.</summary>
[Cmdlet(VerbsCommon.Get, "Location")]
public sealed class GetLocationCommand : PSCmdlet
{
    protected override void ProcessRecord() => WriteObject(SessionState.Path.CurrentLocation);
}

/// <summary>Stand-in for Set-Location.</summary>
[Cmdlet(VerbsCommon.Set, "Location", DefaultParameterSetName = "Path")]
public sealed class SetLocationCommand : PathCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "~";

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string LiteralPath { get => Path; set => Path = value; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => Attempt(Path, () =>
    {
        var location = SessionState.Path.SetLocation(ParameterSetName == "LiteralPath" ? WildcardPattern.Escape(Path) : Path);
        if (PassThru)
        {
            WriteObject(location);
        }
    });
}

/// <summary>Stand-in for Push-Location.</summary>
[Cmdlet(VerbsCommon.Push, "Location", DefaultParameterSetName = "Path")]
public sealed class PushLocationCommand : PathCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get => Path; set => Path = value; }

    [Parameter]
    public string? StackName { get; set; }

    protected override void ProcessRecord() => Attempt(Path, () =>
    {
        SessionState.Path.PushCurrentLocation(StackName ?? "default");
        if (Path is not null)
        {
            SessionState.Path.SetLocation(ParameterSetName == "LiteralPath" ? WildcardPattern.Escape(Path) : Path);
        }
    });
}

/// <summary>Stand-in for Pop-Location.</summary>
[Cmdlet(VerbsCommon.Pop, "Location")]
public sealed class PopLocationCommand : PathCmdlet
{
    [Parameter]
    public string? StackName { get; set; }

    protected override void ProcessRecord() => Attempt(StackName, () => SessionState.Path.PopLocation(StackName ?? "default"));
}
