using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace Microsoft.PowerShell.Commands;

/// <summary>The two things the real cmdlets do through members the engine keeps to its own assemblies.</summary>
internal static class EngineInternals
{
    private const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance;

    /// <summary>What a cmdlet throws to end the commands upstream of it, as Select-Object -First does.</summary>
    public static Exception StopUpstream(Cmdlet requester)
    {
        var type = typeof(PSCmdlet).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;
        return (Exception)Activator.CreateInstance(type, Hidden, null, [requester], null)!;
    }

    /// <summary>Every runspace of this process.</summary>
    public static IEnumerable<Runspace> Runspaces()
    {
        var list = typeof(Runspace).GetProperty("RunspaceList", Hidden)?.GetValue(null) as IEnumerable;
        return list?.Cast<Runspace>() ?? throw new PSNotSupportedException("This engine does not tell its runspaces.");
    }
}
