using System.Management.Automation;
using System.Reflection;

namespace LabRunner.Host;

/// <summary>A console host over the engine package, for machines that have no PowerShell.</summary>
internal static class Program
{
    /// <summary>What PowerShell answers to a command line it cannot read.</summary>
    private const int BadCommandLine = 64;

    /// <summary>The version of the engine package; the assembly's own version has only its first two numbers.</summary>
    private static string EngineVersion =>
        typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split(' ', '+')[0] ?? "unknown";

    private static int Main(string[] arguments)
    {
        HostArguments parsed;
        try
        {
            parsed = HostArguments.Parse(arguments);
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(HostArguments.Usage);
            return BadCommandLine;
        }

        Console.Error.WriteLine(
            $"LabRunner host: fallback engine {EngineVersion}, for machines without pwsh; its cmdlets are stand-ins for the few that LabRunner needs.");
        StandInModules.MakeKnown();
        using var session = new HostSession(parsed.NonInteractive);
        return session.Run(parsed);
    }
}
