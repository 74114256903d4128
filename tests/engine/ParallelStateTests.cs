namespace LabRunner.EngineTests;

/// <summary>What operations inherit from the caller, and what they leave to each other.</summary>
public sealed class ParallelStateTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Fact]
    public void Location_preferences_and_defaults_are_the_callers()
    {
        using var folder = new TemporaryFolder();
        var result = _session.Run("""
            param($Folder)
            Push-Location -LiteralPath $Folder
            try {
                & { $WarningPreference = 'Stop'; $PSDefaultParameterValues = @{ 'Test:X' = 1 }
                    (Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { "$pwd"; "$WarningPreference"; $PSDefaultParameterValues.Count; "$VerbosePreference" } } -Verbose).Output }
            } finally { Pop-Location }
            """, new System.Collections.Hashtable { ["Folder"] = folder.Path });
        Assert.Equal([folder.Path, "Stop", 1, "Continue"], result.Output);
    }

    [Theory]
    [InlineData("$global:left = 1", "\"$left\"", "")]
    [InlineData("$global:ErrorActionPreference = 'Stop'", "\"$ErrorActionPreference\"", "Continue")]
    [InlineData("Remove-Variable -Name WarningPreference -Scope Global", "\"$WarningPreference\"", "Continue")]
    [InlineData("Set-Location -LiteralPath ([IO.Path]::GetPathRoot(\"$pwd\"))", "$pwd.Path -eq [IO.Path]::GetPathRoot(\"$pwd\")", false)]
    [InlineData("Write-Error -Message e -ErrorAction SilentlyContinue", "$Error.Count", 0)]
    [InlineData("$global:PSDefaultParameterValues['a:b'] = 1", "$PSDefaultParameterValues.Count", 0)]
    [InlineData("[cultureinfo]::CurrentCulture = 'fr-FR'", "[cultureinfo]::CurrentCulture.Name -eq 'fr-FR'", false)]
    [InlineData("$global:LASTEXITCODE = 9", "\"$LASTEXITCODE\"", "")]
    [InlineData("Set-StrictMode -Version Latest; exit 0", "\"$($NoSuchVariable)\"", "")]
    public void An_operation_leaves_nothing_to_the_next(string first, string second, object expected)
    {
        using var folder = new TemporaryFolder();
        var result = _session.Run("""
            param($Folder, $First, $Second)
            Push-Location -LiteralPath $Folder
            try { (Invoke-ParallelLabRunner @{ Name = 'A'; Script = $First }, @{ Name = 'B'; Script = $Second; Dependencies = 'A' } -MaxConcurrency 1)[1].Output } finally { Pop-Location }
            """, new System.Collections.Hashtable { ["Folder"] = folder.Path, ["First"] = first, ["Second"] = second });
        Assert.Equal([expected], result.Output);
    }

    [Fact]
    public void The_loops_own_variables_are_hidden()
    {
        var result = _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { \"$LabNext$LabSink$LabUnit$LabNamed$LabFail\" } }).Output").Clean();
        Assert.Equal([""], result.Output);
    }

    [Fact]
    public void LabRunners_commands_and_its_log_are_there()
    {
        var result = _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { Write-CustomLog 'one'; Get-Platform; Write-CustomLog -Message 'two' -Level WARN } }).Output").Clean();
        Assert.Single(result.Output);
        Assert.Equal(2, result.Information.Count);
    }

    [Fact]
    public void A_run_inside_an_operation_ends()
    {
        var result = _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { (Invoke-ParallelLabRunner @{ Name = 'in'; ScriptBlock = { 'inner' } }).Output } } -MaxConcurrency 1).Output").Clean();
        Assert.Equal(["inner"], result.Output);
    }

    [Fact]
    public void Workers_have_names()
    {
        var result = _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { [runspace]::DefaultRunspace.Name } }).Output").Clean();
        Assert.StartsWith("LabRunner worker ", (string?)result.Output.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_constrained_caller_gets_no_full_language()
    {
        using var session = EngineSession.WithModule();
        session.Run("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'").Clean();
        var result = session.Run("""
            (Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { "$($ExecutionContext.SessionState.LanguageMode)" } }).Output
            """);
        Assert.Equal(["ConstrainedLanguage"], result.Output);
    }
}
