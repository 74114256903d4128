using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Workers;

/// <summary>The cmdlets of the Utility and Management modules as session state entries.</summary>
/// <remarks>
/// Loading the two modules by name costs every runspace more than opening it does. As entries their cmdlets are there
/// from the start, for a third of the time.
/// </remarks>
internal static class CommonCommands
{
    private static readonly string[] Assemblies = ["Microsoft.PowerShell.Commands.Utility", "Microsoft.PowerShell.Commands.Management"];

    private static readonly Lazy<IReadOnlyList<SessionStateCmdletEntry>> FromAssemblies = new(FindInAssemblies);

    /// <summary>The entries for a worker.</summary>
    internal static IReadOnlyList<SessionStateCmdletEntry> Entries => FromAssemblies.Value;

    private static List<SessionStateCmdletEntry> FindInAssemblies()
    {
        var entries = new List<SessionStateCmdletEntry>();
        foreach (var type in Assemblies.SelectMany(name => Assembly.Load(new AssemblyName(name)).GetExportedTypes()))
        {
            if (!type.IsAbstract
                && type.GetCustomAttribute<CmdletAttribute>(inherit: false) is { } cmdlet
                && type.GetCustomAttributesData().All(data => data.AttributeType.Name != "ExperimentalAttribute"))
            {
                entries.Add(new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null));
            }
        }

        return entries;
    }
}
