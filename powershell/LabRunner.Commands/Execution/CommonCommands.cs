using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Execution;

/// <summary>The cmdlets of the Utility and Management modules as session state entries.</summary>
/// <remarks>
/// Loading the two modules by name costs every runspace more than opening it does. As entries their cmdlets are there
/// from the start, for a third of the time.
/// </remarks>
internal static class CommonCommands
{
    private static readonly string[] Assemblies = ["Microsoft.PowerShell.Commands.Utility", "Microsoft.PowerShell.Commands.Management"];

    private static readonly Lazy<IReadOnlyList<SessionStateCmdletEntry>> FromAssemblies = new(FindInAssemblies);

    private static volatile IReadOnlyList<SessionStateCmdletEntry>? _fromCaller;

    /// <summary>The entries for a worker; an engine without the two modules gives what its own session has instead.</summary>
    internal static IReadOnlyList<SessionStateCmdletEntry> Entries =>
        FromAssemblies.Value.Count > 0 ? FromAssemblies.Value : _fromCaller ?? [];

    /// <summary>Remembers the caller's cmdlets, should the engine be one without the two modules.</summary>
    internal static void Learn(PSCmdlet caller)
    {
        if (_fromCaller is not null || FromAssemblies.Value.Count > 0)
        {
            return;
        }

        _fromCaller = [.. caller.SessionState.InvokeCommand
            .GetCommands("*", CommandTypes.Cmdlet, nameIsPattern: true)
            .OfType<CmdletInfo>()
            .Where(cmdlet => cmdlet.ImplementingType is not null
                && cmdlet.ImplementingType.Assembly != typeof(CommonCommands).Assembly
                && cmdlet.ImplementingType.Assembly != typeof(PSObject).Assembly)
            .Select(cmdlet => new SessionStateCmdletEntry(cmdlet.Name, cmdlet.ImplementingType, null))];
    }

    private static List<SessionStateCmdletEntry> FindInAssemblies()
    {
        var entries = new List<SessionStateCmdletEntry>();
        foreach (var name in Assemblies)
        {
            try
            {
                foreach (var type in Assembly.Load(new AssemblyName(name)).GetExportedTypes())
                {
                    if (!type.IsAbstract
                        && type.GetCustomAttribute<CmdletAttribute>(inherit: false) is { } cmdlet
                        && type.GetCustomAttributesData().All(data => data.AttributeType.Name != "ExperimentalAttribute"))
                    {
                        entries.Add(new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null));
                    }
                }
            }
            catch (Exception error) when (error is IOException or BadImageFormatException or TypeLoadException or ReflectionTypeLoadException)
            {
                // Not this kind of engine: the modules are found by name, or not at all.
            }
        }

        return entries;
    }
}
