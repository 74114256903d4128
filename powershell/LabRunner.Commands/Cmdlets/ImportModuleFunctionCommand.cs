using System.Management.Automation;
using LabRunner.Engine;
using LabRunner.Workers;

namespace LabRunner.Cmdlets;

/// <summary>
/// Completes an import: registers the type data, defines the functions of the module, and sets <c>$exported</c> to the names of those that
/// a caller sees.
/// </summary>
/// <remarks>
/// <para>
/// The functions lie in one file, because reading some sixty takes tens of milliseconds, and are parsed when they are first used. Where that
/// cannot be, the file is run as any script.
/// </para>
/// <para>
/// Write-CustomLog and the progress commands are for sessions that have none. Where the Logging module, ProgressTracking or another module has a
/// command of that name already, the module has none of its own, and every call reaches theirs.
/// </para>
/// </remarks>
[Cmdlet(VerbsData.Import, "ModuleFunction")]
public sealed class ImportModuleFunctionCommand : PSCmdlet
{
    private const string File = "LabRunner.Functions.ps1";
    private const string Logger = "Write-CustomLog";
    private static readonly string[] Fallbacks =
    [
        "Add-ProgressError",
        "Add-ProgressWarning",
        "Complete-ProgressOperation",
        "Start-ProgressOperation",
        "Update-ProgressOperation",
        Logger,
    ];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TypeViews.Register(this);
        try
        {
            Define(SessionState.Module ?? throw new LabRunnerException("LabRunner.InvalidOperation", ErrorCategory.InvalidOperation, "Functions are defined by the import of a module only.", "Import LabRunner.", null));
        }
        catch (LabRunnerException error)
        {
            ThrowTerminatingError(error.ErrorRecord);
        }
    }

    private void Define(PSModuleInfo module)
    {
        var file = Script(Path.Combine(module.ModuleBase, File));
        // Before the module's own exist.
        var covered = Fallbacks.Where(IsCovered).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unparsed = UnparsedFunctions.Of(SessionState);
        if (unparsed is null)
        {
            InvokeCommand.InvokeScript(useLocalScope: false, file.ScriptBlock, input: null);
        }

        var exported = new List<string>();
        foreach (var (name, isExported, body) in FunctionTexts.Of(file.ScriptContents))
        {
            var isCovered = covered.Contains(name);
            if (isExported && !isCovered)
            {
                exported.Add(name);
            }

            if (isCovered && name == Logger)
            {
                // For the lines of the module itself, should the other logger go away.
                SessionState.PSVariable.Set("ownLog", unparsed?.Block(module, body) ?? Defined(name).ScriptBlock);
            }

            if (unparsed is null && isCovered)
            {
                // Not by the provider, which would obey a $WhatIfPreference of the session.
                InvokeCommand.InvokeScript(useLocalScope: false, ScriptBlock.Create("Remove-Item -LiteralPath $args[0] -WhatIf:$false -Confirm:$false"), input: null, "function:" + name);
            }
            else if (unparsed is not null && !isCovered)
            {
                unparsed.Define(name, unparsed.Block(module, body));
            }
        }

        SessionState.PSVariable.Set("exported", exported.ToArray());
    }

    /// <summary>As PowerShell reads any script: what its execution policy refuses is refused.</summary>
    private ExternalScriptInfo Script(string path)
    {
        if (System.IO.File.Exists(path) && InvokeCommand.GetCommand(WildcardPattern.Escape(path), CommandTypes.ExternalScript) is ExternalScriptInfo file)
        {
            file.ValidateScriptInfo(Host);
            return file;
        }

        throw new LabRunnerException("LabRunner.IncompleteModule", ErrorCategory.ObjectNotFound, $"The file '{path}' of the module cannot be read.", "Copy the whole folder of the module, or install it again.", path);
    }

    // Only what is loaded already: looking for a module that could be loaded would take long, and load it.
    private bool IsCovered(string name)
    {
        var first = InvokeCommand.GetCommands(name, CommandTypes.Function | CommandTypes.Alias | CommandTypes.Cmdlet, nameIsPattern: false).FirstOrDefault();
        // A worker's stub is not another module's command: it is what brought this import about.
        return first is not null && !first.Definition.TrimStart().StartsWith(WorkerCommands.StubMark, StringComparison.Ordinal);
    }

    private FunctionInfo Defined(string name) => (FunctionInfo)InvokeProvider.Item.Get("function:" + name)[0].BaseObject;
}
