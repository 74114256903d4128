using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Security.Cryptography;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Get-Host.</summary>
[Cmdlet(VerbsCommon.Get, "Host")]
public sealed class GetHostCommand : PSCmdlet
{
    protected override void BeginProcessing() => WriteObject(Host);
}

/// <summary>Stand-in for Get-Runspace.</summary>
[Cmdlet(VerbsCommon.Get, "Runspace", DefaultParameterSetName = "Name")]
public sealed class GetRunspaceCommand : PSCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "Name")]
    public string[] Name { get; set; } = ["*"];

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Id")]
    public int[]? Id { get; set; }

    protected override void ProcessRecord()
    {
        var patterns = Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        foreach (var runspace in EngineInternals.Runspaces().OrderBy(runspace => runspace.Id))
        {
            if (Id is null ? patterns.Exists(pattern => pattern.IsMatch(runspace.Name)) : Id.Contains(runspace.Id))
            {
                WriteObject(runspace);
            }
        }
    }
}

/// <summary>Stand-in for Get-PSCallStack.</summary>
[Cmdlet(VerbsCommon.Get, "PSCallStack")]
public sealed class GetPSCallStackCommand : PSCmdlet
{
    protected override void ProcessRecord() =>
        WriteObject(Runspace.DefaultRunspace.Debugger.GetCallStack().Skip(1), enumerateCollection: true);
}

/// <summary>Stand-in for Invoke-Expression.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Expression")]
public sealed class InvokeExpressionCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    public string Command { get; set; } = string.Empty;

    protected override void ProcessRecord() =>
        WriteObject(InvokeCommand.InvokeScript(SessionState, InvokeCommand.NewScriptBlock(Command)), enumerateCollection: true);
}

/// <summary>Stand-in for New-Guid.</summary>
[Cmdlet(VerbsCommon.New, "Guid")]
public sealed class NewGuidCommand : Cmdlet
{
    [Parameter]
    public SwitchParameter Empty { get; set; }

    protected override void ProcessRecord() => WriteObject(Empty ? Guid.Empty : Guid.NewGuid());
}

/// <summary>Stand-in for Get-Random.</summary>
[Cmdlet(VerbsCommon.Get, "Random", DefaultParameterSetName = "Number")]
public sealed class GetRandomCommand : PSCmdlet
{
    private readonly List<object> _inputs = [];

    [Parameter]
    [ValidateNotNull]
    public int? SetSeed { get; set; }

    [Parameter(Position = 0, ParameterSetName = "Number")]
    public object? Maximum { get; set; }

    [Parameter(ParameterSetName = "Number")]
    public object? Minimum { get; set; }

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ParameterSetName = "List")]
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Shuffle")]
    [AllowNull]
    public object?[]? InputObject { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    [Parameter(Mandatory = true, ParameterSetName = "Shuffle")]
    public SwitchParameter Shuffle { get; set; }

    protected override void ProcessRecord() => _inputs.AddRange((InputObject ?? [])!);

    protected override void EndProcessing()
    {
        var random = SetSeed is { } seed ? new Random(seed) : new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        if (ParameterSetName != "Number")
        {
            var items = _inputs.ToArray();
            random.Shuffle(items);
            WriteObject(Shuffle ? items : items.Take(Count), enumerateCollection: true);
            return;
        }

        var fractional = Plain(Minimum) is double or float or decimal || Plain(Maximum) is double or float or decimal;
        for (var i = 0; i < Count; i++)
        {
            WriteObject(fractional ? NextDouble(random) : NextInteger(random));
        }
    }

    private object NextDouble(Random random)
    {
        var low = LanguagePrimitives.ConvertTo<double>(Minimum ?? 0.0);
        var high = LanguagePrimitives.ConvertTo<double>(Maximum ?? double.MaxValue);
        Check(low < high);
        return low + (random.NextDouble() * (high - low));
    }

    private object NextInteger(Random random)
    {
        var low = LanguagePrimitives.ConvertTo<long>(Minimum ?? 0L);
        var high = LanguagePrimitives.ConvertTo<long>(Maximum ?? (long)int.MaxValue);
        Check(low < high);
        var number = random.NextInt64(low, high);
        return number is >= int.MinValue and <= int.MaxValue ? (int)number : number;
    }

    private void Check(bool inOrder)
    {
        if (!inOrder)
        {
            var error = new ArgumentException($"The Minimum value ({Minimum ?? 0}) cannot be greater than or equal to the Maximum value ({Maximum}).");
            ThrowTerminatingError(new ErrorRecord(error, "MinGreaterThanOrEqualMax", ErrorCategory.InvalidArgument, null));
        }
    }

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}

/// <summary>Stand-in for Import-PowerShellDataFile.</summary>
[Cmdlet(VerbsData.Import, "PowerShellDataFile", DefaultParameterSetName = "Path")]
public sealed class ImportPowerShellDataFileCommand : ItemPathCmdlet
{
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Attempt(path, () =>
            {
                foreach (var file in FilePaths(path, IsLiteral))
                {
                    Import(file);
                }
            });
        }
    }

    private void Import(string file)
    {
        var script = Parser.ParseFile(file, out _, out var errors);
        var table = script.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false);
        if (errors.Length > 0 || table is null)
        {
            var reason = errors.Length > 0 ? errors[0].Message : "it holds no hashtable.";
            var error = new InvalidOperationException($"The file '{file}' could not be parsed as a PowerShell Data File: {reason}");
            WriteError(new ErrorRecord(error, errors.Length > 0 ? "CouldNotParseAsPowerShellDataFile" : "CouldNotParseAsPowerShellDataFileNoHashtableRoot", ErrorCategory.ParserError, file));
            return;
        }

        WriteObject(table.SafeGetValue());
    }
}
