namespace LabRunner.Host;

/// <summary>Where the stand-in modules lie, and how an engine comes to know them.</summary>
public static class StandInModules
{
    private const string Variable = "PSModulePath";

    /// <summary>The folder of the stand-in modules.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Modules");

    /// <summary>
    /// Puts the folder onto the module path of this process, ahead of what was inherited: from then on every runspace,
    /// whoever opens it, finds the stand-ins by the names of the real modules, by auto-loading as in PowerShell itself.
    /// </summary>
    public static void MakeKnown()
    {
        var inherited = Environment.GetEnvironmentVariable(Variable);
        var folders = (inherited ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        Environment.SetEnvironmentVariable(Variable, string.Join(Path.PathSeparator, folders.Where(folder => folder != Folder).Prepend(Folder)));
    }
}
