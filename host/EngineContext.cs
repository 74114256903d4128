using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Host;

/// <summary>What the engine lets PowerShell's own host set only.</summary>
internal static class EngineContext
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    /// <summary>
    /// Lets `exit` in a script file end the host with its code. Otherwise it only ends the script, and its code could
    /// not be told from that of the last program the script ran.
    /// </summary>
    public static void LetExitEndTheHost(Runspace runspace)
    {
        var context = Property(runspace, "ExecutionContext").GetValue(runspace)!;
        Property(context, "ScriptCommandProcessorShouldRethrowExit").SetValue(context, true);
    }

    private static PropertyInfo Property(object owner, string name) =>
        owner.GetType().GetProperty(name, Hidden)
        ?? throw new PSNotSupportedException($"This engine has no {name}: the host was built for another version of it.");
}
