// One engine in one process: module state, the environment and the two cores are shared by all tests.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace LabRunner.EngineTests.Engine;

/// <summary>What this process tells every engine in it, and where the staged module lies.</summary>
public static class EngineEnvironment
{
    private static readonly Lazy<string> Root = new(FindRoot);

    /// <summary>The root of the checkout.</summary>
    public static string CheckoutRoot => Root.Value;

    /// <summary>The staged module: the one the build names, else the one of this checkout.</summary>
    public static string ModuleFolder =>
        Environment.GetEnvironmentVariable("LABRUNNER_MODULE") is { Length: > 0 } named ? named : Path.Combine(CheckoutRoot, "out", "LabRunner");

    /// <summary>The staged module's manifest.</summary>
    /// <exception cref="FileNotFoundException">The module has not been staged.</exception>
    public static string ModuleManifest
    {
        get
        {
            var manifest = Path.Combine(ModuleFolder, "LabRunner.psd1");
            return File.Exists(manifest) ? manifest : throw new FileNotFoundException($"The module is not staged; run ./build.sh. There is no {manifest}.", manifest);
        }
    }

    /// <summary>Puts a folder of modules onto the module path of this process, ahead of what is there.</summary>
    public static void AddModulePath(string folder)
    {
        var known = (Environment.GetEnvironmentVariable("PSModulePath") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        Environment.SetEnvironmentVariable("PSModulePath", string.Join(Path.PathSeparator, known.Where(path => path != folder).Prepend(folder)));
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cargo.toml")) && Directory.Exists(Path.Combine(folder.FullName, "powershell")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No checkout of LabRunner lies above {AppContext.BaseDirectory}.");
    }
}
