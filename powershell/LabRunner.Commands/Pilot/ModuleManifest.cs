namespace LabRunner.Pilot;

/// <summary>The file by which another process imports the module that this process runs.</summary>
internal static class ModuleManifest
{
    private const string Name = "LabRunner.psd1";

    /// <summary>The manifest; the assembly itself where it was loaded without the module.</summary>
    internal static string Path { get; } = Find(typeof(ModuleManifest).Assembly.Location);

    // The assembly lies in the module's root, or in the folder below it that has machine code for this system.
    private static string Find(string assembly)
    {
        var folder = System.IO.Path.GetDirectoryName(assembly)!;
        string[] places = [folder, System.IO.Path.GetDirectoryName(folder) ?? folder];
        return places.Select(place => System.IO.Path.Combine(place, Name)).FirstOrDefault(File.Exists) ?? assembly;
    }
}
