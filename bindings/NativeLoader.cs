using System.Reflection;
using System.Runtime.InteropServices;

namespace LabRunner.Interop;

/// <summary>
/// Finds and loads the native library, once, at first use. PowerShell's own resolver is not relied
/// on: it knows neither musl nor osx-arm64 before 7.4, and never says where it looked.
/// </summary>
internal static unsafe class NativeLoader
{
    /// <summary>The interface version that this assembly was written for.</summary>
    internal const uint AbiVersion = 16;

    private static readonly Lazy<IntPtr> Library = new(Load, LazyThreadSafetyMode.PublicationOnly);

    static NativeLoader() =>
        NativeLibrary.SetDllImportResolver(
            typeof(NativeLoader).Assembly,
            static (name, _, _) => name == Generated.Interop.NativeLib ? Library.Value : IntPtr.Zero);

    /// <summary>Makes sure that the library is loaded and of this version.</summary>
    /// <exception cref="NativeLibraryException">It is not.</exception>
    internal static void EnsureLoaded() => _ = Library.Value;

    private static IntPtr Load()
    {
        string[] probed = [.. ProbePaths()];
        string? reason = null;
        foreach (string path in probed.Where(File.Exists))
        {
            try
            {
                IntPtr library = NativeLibrary.Load(path);
                Check(library, path, probed);
                return library;
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                reason ??= error.Message;
            }
        }
        throw NativeLibraryException.Missing(RuntimeInformation.RuntimeIdentifier, probed, reason);
    }

    /// <summary>Asks for the version through the one function that every version has, before anything else is called.</summary>
    private static void Check(IntPtr library, string path, IReadOnlyList<string> probed)
    {
        uint? found = NativeLibrary.TryGetExport(library, "lab_abi_version", out IntPtr export)
            ? ((delegate* unmanaged[Cdecl]<uint>)export)()
            : null;
        if (found != AbiVersion)
        {
            NativeLibrary.Free(library);
            throw NativeLibraryException.Mismatch(path, found, probed);
        }
    }

    private static IEnumerable<string> ProbePaths()
    {
        string folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) is { Length: > 0 } location
            ? location
            : AppContext.BaseDirectory;
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        (string[] platforms, string extension) =
            OperatingSystem.IsWindows() ? (new[] { "win" }, ".dll")
            : OperatingSystem.IsMacOS() ? (["osx"], ".dylib")
            : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? (["linux-musl", "linux"], ".so")
            : (["linux"], ".so");
        string[] systems = [.. platforms.Select(platform => $"{platform}-{architecture}")];
        // An assembly with machine code lies in its system's folder itself.
        string root = systems.Contains(Path.GetFileName(folder)) ? Path.GetDirectoryName(folder)! : folder;
        foreach (string system in systems)
        {
            yield return Path.Combine(root, system, Generated.Interop.NativeLib + extension);
        }
    }
}
