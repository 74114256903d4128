using System.Management.Automation;
using System.Reflection;

namespace LabRunner.Engine;

/// <summary>Functions whose text is parsed when they are first used, as PowerShell defines its own.</summary>
internal sealed class UnparsedFunctions
{
    private readonly Func<string, bool, ScriptBlock> _block;
    private readonly Func<string, ScriptBlock, bool, FunctionInfo> _define;

    private UnparsedFunctions(Func<string, bool, ScriptBlock> block, Func<string, ScriptBlock, bool, FunctionInfo> define) => (_block, _define) = (block, define);

    /// <summary>Those of a session.</summary>
    /// <returns>Null where the engine cannot have them, and where a policy restricts scripts: it must see each text as a file.</returns>
    internal static UnparsedFunctions? Of(SessionState session)
    {
        if (session.LanguageMode != PSLanguageMode.FullLanguage || EngineMembers.LockdownPolicy.Method?.Invoke(null, null)?.ToString() != "None")
        {
            return null;
        }

        var state = EngineMembers.Session.Property?.GetValue(session);
        var block = EngineMembers.UnparsedBlock.Method?.CreateDelegate<Func<string, bool, ScriptBlock>>();
        return state is not null && block is not null && EngineMembers.DefineFunction.Method is { } define
            ? new UnparsedFunctions(block, define.CreateDelegate<Func<string, ScriptBlock, bool, FunctionInfo>>(state))
            : null;
    }

    /// <summary>A block of that text that belongs to a module. PowerShell checks and logs it like any other when it is first used.</summary>
    internal ScriptBlock Block(PSModuleInfo module, string text) => module.NewBoundScriptBlock(_block(text, false));

    /// <summary>Defines a function in the module's own scope. Without the scope's name, one that the global scope has would be replaced.</summary>
    internal void Define(string name, ScriptBlock block) => _define("script:" + name, block, false);
}
