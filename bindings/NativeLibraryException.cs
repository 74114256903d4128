namespace LabRunner.Interop;

/// <summary>Thrown when the native library is missing, cannot be loaded, or is of another version.</summary>
public sealed class NativeLibraryException : Exception
{
    private NativeLibraryException(string id, string message, IReadOnlyList<string> probedPaths)
        : base(message)
    {
        Id = id;
        ProbedPaths = probedPaths;
    }

    /// <summary><c>LabRunner.NativeLibraryMissing</c> or <c>LabRunner.NativeLibraryMismatch</c>.</summary>
    public string Id { get; }

    /// <summary>Where the library was looked for, in that order.</summary>
    public IReadOnlyList<string> ProbedPaths { get; }

    internal static NativeLibraryException Missing(string platform, IReadOnlyList<string> probed, string? reason) => new(
        "LabRunner.NativeLibraryMissing",
        $"The native library of LabRunner for {platform} could not be loaded{(reason is null ? "" : $" ({reason})")}. " +
        $"Looked for: {string.Join("; ", probed)}. Reinstall the module, or build it for this platform.",
        probed);

    internal static NativeLibraryException Mismatch(string path, uint? found, IReadOnlyList<string> probed) => new(
        "LabRunner.NativeLibraryMismatch",
        $"The native library '{path}' has interface version {found?.ToString() ?? "(none)"}, and this module needs version {NativeLoader.AbiVersion}. " +
        $"Looked for: {string.Join("; ", probed)}. Reinstall the module, so that all its files are of one version.",
        probed);
}
