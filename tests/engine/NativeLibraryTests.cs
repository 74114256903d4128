namespace LabRunner.EngineTests;

/// <summary>What a user sees when the native library is not the one that belongs to the module. Each in a process of its own.</summary>
public sealed class NativeLibraryTests : IDisposable
{
    private const string Show = "try { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { 1 } } } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }";

    private readonly string _folder = Directory.CreateTempSubdirectory("labrunner-native-").FullName;

    public NativeLibraryTests() => ModuleCopy.To(Path.Combine(_folder, "LabRunner"));

    private string Module => Path.Combine(_folder, "LabRunner");

    private string Native => Directory.GetFiles(Module, "labrunner_native.*", SearchOption.AllDirectories).Single();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Run(string text) => PowerShellProcess.Run($"Import-Module '{Module}'; {text}");

    [Fact]
    public void A_missing_library_is_named_with_the_places_that_were_looked_at()
    {
        string native = Native;
        File.Delete(native);
        string said = Run(Show);
        Assert.Contains("LabRunner.NativeLibraryMissing", said);
        Assert.Contains(native, said);
        Assert.Contains("Reinstall the module", said);
    }

    [Fact]
    public void A_file_that_is_no_library_is_a_missing_library()
    {
        File.WriteAllText(Native, "no library");
        string said = Run(Show);
        Assert.Contains("LabRunner.NativeLibraryMissing", said);
        Assert.Contains(Native, said);
    }

    [Fact]
    public void A_library_of_another_version_is_named_with_both_versions()
    {
        string file = OperatingSystem.IsWindows() ? "other_version.dll" : OperatingSystem.IsMacOS() ? "libother_version.dylib" : "libother_version.so";
        string target = Environment.GetEnvironmentVariable("CARGO_TARGET_DIR") is { Length: > 0 } named ? named : Path.Combine(EngineEnvironment.CheckoutRoot, "target");
        string other = Path.Combine(target, "debug", file);
        Assert.True(File.Exists(other), $"{other} is missing: cargo build -p labrunner-other-version");
        File.Copy(other, Native, overwrite: true);
        string said = Run(Show);
        Assert.Contains("LabRunner.NativeLibraryMismatch", said);
        Assert.Contains("interface version 987654", said);
        Assert.Matches(@"needs version \d+", said);
        Assert.Contains(Native, said);
    }

    [Fact]
    public void The_copied_module_works()
    {
        Assert.Equal("1", Run("(Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { 1 } }).Result").Trim().Split('\n')[0].Trim());
    }
}
