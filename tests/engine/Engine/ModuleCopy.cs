namespace LabRunner.EngineTests.Engine;

/// <summary>Copies of the staged module, for tests that change one or import it from elsewhere.</summary>
public static class ModuleCopy
{
    // A process loads an assembly once, and looks for the ones it needs later in the same folder. That of a copy goes with its test.
    private static readonly Lazy<object> Loaded = new(() =>
    {
        using var session = EngineSession.WithModule();
        return session.Run("Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 1 } }").Clean();
    });

    /// <summary>Makes one, for processes of their own.</summary>
    public static string To(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(EngineEnvironment.ModuleFolder, "*", SearchOption.AllDirectories))
        {
            var place = Path.Combine(folder, Path.GetRelativePath(EngineEnvironment.ModuleFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file, place);
        }

        return folder;
    }

    /// <summary>Makes one that this process may import.</summary>
    public static string ForImportTo(string folder)
    {
        _ = Loaded.Value;
        return To(folder);
    }
}
