using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Host;

/// <summary>The two things a host must know of `exit` and `$?` that the engine tells PowerShell's own host only.</summary>
internal sealed class EngineContext
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private readonly object _context;

    public EngineContext(Runspace runspace) =>
        _context = runspace.GetType().GetProperty("ExecutionContext", Hidden)?.GetValue(runspace) ?? throw Unknown("ExecutionContext");

    /// <summary>
    /// Whether `exit` in a script file ends the host with its code. Otherwise it only ends the script, and its code
    /// could not be told from that of the last program the script ran.
    /// </summary>
    public bool ExitEndsTheHost
    {
        set => Property("ScriptCommandProcessorShouldRethrowExit").SetValue(_context, value);
    }

    /// <summary>What `$?` is now; to ask by a script would be to ask that script's.</summary>
    public bool LastSucceeded => Property("QuestionMarkVariableValue").GetValue(_context) is true;

    private PropertyInfo Property(string name) => _context.GetType().GetProperty(name, Hidden) ?? throw Unknown(name);

    private static PSNotSupportedException Unknown(string name) => new($"This engine has no {name}: the host was built for another version of it.");
}
