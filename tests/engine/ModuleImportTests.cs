using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>Importing the staged module: by any path, again and again, side by side, and never with a sound.</summary>
public sealed class ModuleImportTests
{
    /// <summary>What is exported has a file of its own, and what has a file is exported.</summary>
    private static readonly string[] Exported = [.. Directory
        .EnumerateFiles(Path.Combine(EngineEnvironment.CheckoutRoot, "powershell", "module", "Public"), "*.ps1")
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Order(StringComparer.OrdinalIgnoreCase)];

    private static Hashtable Given(string path) => new() { ["Path"] = path };

    [Fact]
    public void It_imports_again_and_again_with_force_globally_and_under_strict_settings()
    {
        using var session = EngineSession.Bare();
        var result = session.Run(
            """
            param($Path)
            Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'
            Import-Module -Name $Path; Import-Module -Name $Path
            foreach ($i in 1..3) { Import-Module -Name $Path -Force }
            & { Import-Module -Name $Path -Force -Global }
            Remove-Module -Name LabRunner; Import-Module -Name $Path
            @(Get-Module -Name LabRunner).Count
            (Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'ran' } }).Result
            (Start-LabAutomation -Configuration @{ Operations = @() }).Status
            """,
            Given(EngineEnvironment.ModuleManifest)).Clean();
        Assert.Equal([1, "ran", "Success"], result.Output);
    }

    [Fact]
    public void Twenty_runspaces_import_it_at_once()
    {
        var sessions = Enumerable.Range(0, 20).Select(_ => EngineSession.Bare()).ToArray();
        try
        {
            var running = sessions.Select(session => session.Start(
                "param($Path) Import-Module -Name $Path -ErrorAction Stop; (Get-Command -Module LabRunner).Count; Test-ParallelRunnerSupport",
                Given(EngineEnvironment.ModuleManifest))).ToArray();
            Assert.All(running, script => Assert.Equal([Exported.Length, true], script.Wait(EngineSession.DefaultLimit).Clean().Output));
        }
        finally
        {
            Array.ForEach(sessions, session => session.Dispose());
        }
    }

    [Fact]
    public void A_copy_of_the_same_build_imports_from_another_folder()
    {
        using var folder = new TemporaryFolder();
        using var session = EngineSession.WithModule();
        var copy = ModuleCopy.ForImportTo(Path.Combine(folder.Path, "LabRunner"));
        var result = session.Run("param($Path) Remove-Module -Name LabRunner; Import-Module -Name $Path -ErrorAction Stop; (Get-Module -Name LabRunner).ModuleBase; Test-ParallelRunnerSupport", Given(copy)).Clean();
        Assert.Equal([copy, true], result.Output);
    }

    [Fact]
    public void Another_build_asks_for_a_restart_and_names_both()
    {
        using var folder = new TemporaryFolder();
        using var session = EngineSession.WithModule();
        var copy = ModuleCopy.ForImportTo(Path.Combine(folder.Path, "LabRunner"));
        var assembly = Path.Combine(copy, "LabRunner.Commands.dll");
        Array.ForEach(Directory.GetFiles(copy, "LabRunner.Commands.dll", SearchOption.AllDirectories), Rebuild);
        var result = session.Run("param($Path) Remove-Module -Name LabRunner; Import-Module -Name $Path", Given(copy));
        Assert.StartsWith("LabRunner.RestartRequired", Assert.Single(result.ErrorIds), StringComparison.Ordinal);
        var message = (result.Terminated ?? result.Errors[0]).ToString();
        Assert.Contains(assembly, message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(EngineEnvironment.ModuleFolder, System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "LabRunner.Commands.dll"), message, StringComparison.Ordinal);
        Assert.Contains("0.1.0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_it_ends_its_workers()
    {
        using var session = EngineSession.WithModule();
        // Its own worker: one that another test has abandoned may live on.
        var worker = Assert.IsType<Guid>(Assert.Single(session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { [runspace]::DefaultRunspace.InstanceId } }).Output").Clean().Output));
        Assert.Contains(worker, Workers(session));
        session.Run("Remove-Module -Name LabRunner").Clean();
        // Workers are asked to end; their threads get there by themselves.
        Assert.True(SpinWait.SpinUntil(() => !Workers(session).Contains(worker), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_logger_that_is_there_is_left_alone_and_used()
    {
        using var session = EngineSession.Bare();
        var result = session.Run(
            """
            param($Path)
            function global:Write-CustomLog { param($Message, $Level) "logged: $Message" }
            Import-Module -Name $Path -ErrorAction Stop
            Write-CustomLog 'mine'
            (Get-Module -Name LabRunner).ExportedFunctions.ContainsKey('Write-CustomLog')
            Remove-Module -Name LabRunner
            Write-CustomLog 'still mine'
            """,
            Given(EngineEnvironment.ModuleManifest)).Clean();
        Assert.Equal(["logged: mine", false, "logged: still mine"], result.Output);
    }

    [Fact]
    public void A_Logging_module_that_comes_later_gets_every_line()
    {
        using var session = EngineSession.WithModule();
        var result = session.Run("""
            New-Module -Name Logging { function Write-CustomLog { param($Message, [ValidateSet('INFO', 'WARN')] $Level) $global:lines += @("$Level $Message") } } | Import-Module -Global
            LabRunner\Write-CustomLog -Message 'from the fallback' -Level WARNING
            $lines
            """).Clean();
        Assert.Equal(["WARN from the fallback"], result.Output);
    }

    [Fact]
    public void Functions_are_those_of_the_import_until_the_next_one()
    {
        using var folder = new TemporaryFolder();
        using var session = EngineSession.Bare();
        var copy = ModuleCopy.ForImportTo(Path.Combine(folder.Path, "lab (1) & runner", "LabRunner"));
        var functions = Path.Combine(copy, "LabRunner.Functions.ps1");
        var result = session.Run(
            """
            param($Path, $Functions)
            Import-Module -Name $Path -ErrorAction Stop
            $before = Get-CrossPlatformTempPath
            $text = [System.IO.File]::ReadAllText($Functions)
            [System.IO.File]::WriteAllText($Functions, ($text -replace '(?s)(function Get-CrossPlatformTempPath \{.*?param\(\))', "`$1`n    return 'changed'"))
            (Get-CrossPlatformTempPath) -eq $before
            Import-Module -Name $Path -Force
            Get-CrossPlatformTempPath
            """,
            new Hashtable { ["Path"] = copy, ["Functions"] = functions }).Clean();
        Assert.Equal([true, "changed"], result.Output);
    }

    [Fact]
    [Trait("NeedsEngineMember", "ScriptBlock.CreateDelayParsedScriptBlock()")]
    public void No_function_is_parsed_by_an_import()
    {
        using var folder = new TemporaryFolder();
        using var session = EngineSession.Bare();
        var copy = ModuleCopy.ForImportTo(Path.Combine(folder.Path, "LabRunner"));
        var functions = Path.Combine(copy, "LabRunner.Functions.ps1");
        File.WriteAllText(functions, File.ReadAllText(functions).Replace("function Get-Platform {\n", "function Get-Platform {\n    )\n", StringComparison.Ordinal));
        var result = session.Run("param($Path) Import-Module -Name $Path -ErrorAction Stop; Get-CrossPlatformTempPath; Get-Platform", Given(copy));
        Assert.Single(result.Output);
        Assert.Contains("Unexpected token ')'", (result.Terminated ?? result.Errors[0]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_of_functions_is_named()
    {
        using var folder = new TemporaryFolder();
        using var session = EngineSession.Bare();
        var copy = ModuleCopy.ForImportTo(Path.Combine(folder.Path, "LabRunner"));
        var functions = Path.Combine(copy, "LabRunner.Functions.ps1");
        File.Delete(functions);
        var result = session.Run("param($Path) Import-Module -Name $Path -ErrorAction Stop", Given(copy));
        Assert.StartsWith("LabRunner.IncompleteModule", Assert.Single(result.ErrorIds), StringComparison.Ordinal);
        Assert.Contains(functions, (result.Terminated ?? result.Errors[0]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_staged_scripts_are_well_formed()
    {
        foreach (var file in Directory.EnumerateFiles(EngineEnvironment.ModuleFolder, "*.ps*1", SearchOption.AllDirectories))
        {
            System.Management.Automation.Language.Parser.ParseFile(file, out _, out var errors);
            Assert.True(errors.Length == 0, $"{file}: {(errors.Length > 0 ? errors[0].ToString() : null)}");
        }
    }

    private static List<Guid> Workers(EngineSession session) => [.. session.Run("(Get-Runspace).InstanceId").Output.OfType<Guid>()];

    // What makes a build another one is its module version id, which the file contains once.
    private static void Rebuild(string assembly)
    {
        var bytes = File.ReadAllBytes(assembly);
        var at = bytes.AsSpan().IndexOf(IdOf(bytes).ToByteArray());
        Assert.True(at > 0);
        Guid.NewGuid().ToByteArray().CopyTo(bytes, at);
        File.WriteAllBytes(assembly, bytes);
    }

    private static Guid IdOf(byte[] assembly)
    {
        using var file = new System.Reflection.PortableExecutable.PEReader(new MemoryStream(assembly));
        var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(file);
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
