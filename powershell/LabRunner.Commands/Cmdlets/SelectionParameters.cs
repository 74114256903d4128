using System.Management.Automation;
using LabRunner.Plans;

namespace LabRunner.Cmdlets;

/// <summary>Which operations of a lab are meant: the parameters of every command that plans or runs a part of one.</summary>
/// <remarks>
/// Commands that look and commands that run have different bases, and a class has one. So a command has these beside its own
/// parameters, and gives them to the engine as its dynamic ones.
/// </remarks>
internal sealed class SelectionParameters
{
    /// <summary>These operations and all they depend on; names or ids, wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabOperationCompleter))]
    [SupportsWildcards]
    public string[] Target { get; set; } = [];

    /// <summary>Without these operations; what needs them is left out too.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabOperationCompleter))]
    [SupportsWildcards]
    public string[] Exclude { get; set; } = [];

    /// <summary>Exactly these operations.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabOperationCompleter))]
    [SupportsWildcards]
    public string[] Only { get; set; } = [];

    /// <summary>The targets without what they depend on.</summary>
    [Parameter]
    public SwitchParameter SkipDependencies { get; set; }

    /// <summary>The same for the core.</summary>
    internal OperationSelection Selection => new(Target, Only, Exclude, SkipDependencies);
}
