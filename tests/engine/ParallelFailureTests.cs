namespace LabRunner.EngineTests;

/// <summary>How operations end, and what that does to the others and to the caller.</summary>
public sealed class ParallelFailureTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Theory]
    [InlineData("'a'", "Succeeded", null)]
    [InlineData("throw 'no'", "Failed", "no")]
    [InlineData("Write-Error -Message soft; 'a'", "Succeeded", null)]
    [InlineData("Get-NoSuchThing; 'a'", "Failed", "Get-NoSuchThing")]
    [InlineData("$ErrorActionPreference = 'Stop'; Write-Error -Message hard; 'a'", "Failed", "hard")]
    [InlineData("'a'; exit 0", "Succeeded", null)]
    [InlineData("'a'; exit 3", "Failed", "exit code 3")]
    [InlineData("'a'; break", "Succeeded", null)]
    [InlineData("'a'; continue", "Succeeded", null)]
    [InlineData("'a'; break nowhere", "Succeeded", null)]
    [InlineData("return 'a'", "Succeeded", null)]
    [InlineData("@{ Success = $false; Error = 'said no' }", "Failed", "said no")]
    [InlineData("@{ Success = $true }", "Succeeded", null)]
    [InlineData("@{ Success = $false }; 'and more'", "Succeeded", null)]
    [InlineData("[pscustomobject]@{ Success = $false }", "Failed", "reported that it failed")]
    [InlineData("[runspace]::DefaultRunspace.CloseAsync(); Start-Sleep -Seconds 60", "Failed", "runspace")]
    public void An_operation_ends_in_one_way_and_the_next_one_runs(string script, string status, string? error)
    {
        var result = _session.Run("""
            param($Text)
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; Script = $Text }, @{ Name = 'B'; ScriptBlock = { 'b' } } -ContinueOnError -MaxConcurrency 1 -ErrorAction SilentlyContinue
            "$($r[0].Status)"; $r[0].Error; "$($r[1].Status)"; $r[1].Output
            """, new System.Collections.Hashtable { ["Text"] = script });
        Assert.Equal(status, result.Output[0]);
        if (error is null)
        {
            Assert.Null(result.Output[1]);
        }
        else
        {
            Assert.Contains(error, (string?)result.Output[1], StringComparison.Ordinal);
        }

        Assert.Equal(["Succeeded", "b"], result.Output.Skip(2));
    }

    [Fact]
    public void What_depends_on_a_failure_is_skipped_and_says_why()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner -Ordered @{ Name = 'A'; ScriptBlock = { throw 'x' } }, @{ Name = 'B'; ScriptBlock = { 'b' }; Dependencies = 'A' }, @{ Name = 'C'; ScriptBlock = { 'c' } } -ContinueOnError -ErrorAction SilentlyContinue
            $r.Name; $r.Success; "$($r[1].Status)"; $r[1].SkippedBecause.Operation; $null -eq $r[1].StartTime
            """);
        Assert.Equal(["A", "B", "C", false, false, true, "Skipped", "A", true], result.Output);
    }

    [Fact]
    public void The_callers_stop_preference_costs_no_result()
    {
        var result = _session.Run("""
            & { $ErrorActionPreference = 'Stop'
                $r = Invoke-ParallelLabRunner -Ordered @{ Name = 'A'; ScriptBlock = { throw 'x' } }, @{ Name = 'B'; ScriptBlock = { 'b' } } -ContinueOnError
                $r.Success; $r[0].Error; $r[1].Output }
            """);
        Assert.Null(result.Terminated);
        Assert.Equal([false, true, "x", "b"], result.Output);
    }

    [Theory]
    [InlineData("-ErrorAction Stop")]
    [InlineData("-ThrowOnFailure -ErrorAction SilentlyContinue")]
    public void One_error_that_was_asked_for_carries_all_results(string asked)
    {
        var result = _session.Run($$"""
            try { $null = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { throw 'x' } }, @{ Name = 'B'; ScriptBlock = { 'b' } } -ContinueOnError {{asked}} }
            catch { $_.FullyQualifiedErrorId; $_.TargetObject.Count; $_.TargetObject[1].Output; "$_" }
            """);
        Assert.StartsWith("LabRunner.RunFailed", (string?)result.Output[0], StringComparison.Ordinal);
        Assert.Equal([2, "b"], result.Output.Skip(1).Take(2));
        Assert.Contains("'A' Failed: x", (string?)result.Output[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Script_files_run_by_their_path_and_their_exit_code_counts()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("step.ps1", "param($A) \"$A|$PSScriptRoot|$($MyInvocation.MyCommand.Path)\"; exit 4");
        var result = _session.Run("""
            param($File)
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; Path = $File; Parameters = @{ A = 5 } } -ErrorAction SilentlyContinue
            "$($r.Status)"; $r.ExitCode; $r.Output
            """, new System.Collections.Hashtable { ["File"] = file });
        Assert.Equal(["Failed", 4, $"5|{folder.Path}|{file}"], result.Output);
    }

    [Fact]
    public void A_missing_script_is_a_failed_result()
    {
        var result = _session.Run("$r = Invoke-ParallelLabRunner @{ Name = 'A'; Path = './no-such.ps1' } -ErrorAction SilentlyContinue; \"$($r.Status)\"; $r.Error; $r.ErrorRecord.FullyQualifiedErrorId");
        Assert.Equal("Failed", result.Output[0]);
        Assert.Contains("no-such.ps1' does not exist", (string?)result.Output[1], StringComparison.Ordinal);
        Assert.StartsWith("LabRunner.ScriptNotFound", (string?)result.Output[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_may_be_written_by_an_operation_before_it()
    {
        using var folder = new TemporaryFolder();
        var result = _session.Run(
            """
            param($Folder)
            $file = [IO.Path]::Combine($Folder, 'later.ps1')
            $r = Invoke-ParallelLabRunner @{ Name = 'writes'; ScriptBlock = { [IO.File]::WriteAllText($using:file, "'written'") } }, @{ Name = 'runs'; Path = $file; Dependencies = 'writes' } -Ordered
            $r[1].Result
            """,
            new System.Collections.Hashtable { ["Folder"] = folder.Path }).Clean();
        Assert.Equal(["written"], result.Output);
    }

    [Fact]
    public void A_defect_of_the_core_ends_the_command_with_an_error_that_names_it_and_the_next_run_works()
    {
        var result = _session.Run("""
            try {
                Invoke-ParallelLabRunner -MaxConcurrency 2 @{ Name = 'Before'; ScriptBlock = { 'before' } }, @{ Name = 'Defective'; Dependencies = 'Before'; ScriptBlock = {
                    foreach ($run in [LabRunner.Interop.LabCore]::Active()) {
                        if ($run.Operations.Name -contains 'Defective') { [LabRunner.Interop.LabCore]::SelfCheckDefect($run.Run) }
                    }
                } }, @{ Name = 'After'; Dependencies = 'Defective'; ScriptBlock = { 'after' } } | ForEach-Object { $_.Output }
            }
            catch { $_.FullyQualifiedErrorId; $_.Exception.Message }
            (Invoke-ParallelLabRunner @{ Name = 'Next'; ScriptBlock = { 'next' } }).Output
            """);
        Assert.Null(result.Terminated);
        Assert.Equal("before", result.Output[0]);
        Assert.StartsWith("LabRunner.EngineFault", (string?)result.Output[1], StringComparison.Ordinal);
        Assert.Contains("operation 0 is Ended(Succeeded), where Activate must not happen", (string?)result.Output[2], StringComparison.Ordinal);
        Assert.Equal("next", result.Output[3]);
        Assert.Equal(4, result.Output.Count);
    }
}
