using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace LabRunner.Cmdlets;

/// <summary>Gives the body of a function of the module, which lies in a file of its own until the function is first run.</summary>
/// <remarks>
/// Not dot-sourced as a file: <c>exit</c> in a caller's script block would then end that file and not the caller's script.
/// </remarks>
[Cmdlet(VerbsCommon.Get, "FunctionBody")]
[OutputType(typeof(ScriptBlock))]
public sealed class GetFunctionBodyCommand : PSCmdlet
{
    /// <summary>By module, so that a new import reads its files again and a removed module's bodies are collected.</summary>
    private static readonly ConditionalWeakTable<PSModuleInfo, Dictionary<string, ScriptBlock>> Known = [];

    /// <summary>The function.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            WriteObject(Body());
        }
        catch (LabRunnerException error)
        {
            ThrowTerminatingError(error.ErrorRecord);
        }
    }

    private ScriptBlock Body()
    {
        if (SessionState.Module is not { } module)
        {
            throw new LabRunnerException("LabRunner.InvalidOperation", ErrorCategory.InvalidOperation, $"'{Name}' is not run by a module.", "Import LabRunner and call the function.", Name);
        }

        // A module belongs to one session, and a session runs one thing at a time.
        var bodies = Known.GetOrCreateValue(module);
        if (!bodies.TryGetValue(Name, out var body))
        {
            body = Read(Path.Combine(module.ModuleBase, "Functions", Name + ".ps1"));
            bodies[Name] = body;
        }

        return body;
    }

    /// <summary>As PowerShell reads any script: what its execution policy refuses is refused.</summary>
    private ScriptBlock Read(string path)
    {
        if (File.Exists(path) && InvokeCommand.GetCommand(WildcardPattern.Escape(path), CommandTypes.ExternalScript) is ExternalScriptInfo file)
        {
            return file.ScriptBlock;
        }

        throw new LabRunnerException("LabRunner.IncompleteModule", ErrorCategory.ObjectNotFound, $"The file '{path}' of the module cannot be read.", "Copy the whole folder of the module, or install it again.", path);
    }
}
