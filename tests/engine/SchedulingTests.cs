using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>What resources, retries, triggers and failure strategies do to a run.</summary>
public sealed class SchedulingTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Theory]
    [InlineData("Pool = 'db'")]
    [InlineData("Lock = 'table'")]
    [InlineData("Resources = @{ MemoryGB = 5 }")]
    public void What_there_is_one_of_is_used_by_one_at_a_time(string need)
    {
        var result = _session.Run($$"""
            $state = [hashtable]::Synchronized(@{ Now = 0; Most = 0 })
            $operations = 1..6 | ForEach-Object { @{ Name = "o$_"; {{need}}; ScriptBlock = {
                $s = $using:state
                [System.Threading.Monitor]::Enter($s)
                try { $s.Now++; $s.Most = [Math]::Max($s.Most, $s.Now) } finally { [System.Threading.Monitor]::Exit($s) }
                Start-Sleep -Milliseconds 20
                [System.Threading.Monitor]::Enter($s)
                try { $s.Now-- } finally { [System.Threading.Monitor]::Exit($s) }
            } } }
            $r = Invoke-ParallelLabRunner $operations -MaxConcurrency 4 -ResourceLimits @{ MaxMemoryGB = 8; Pools = @{ db = 1 } }
            @($r | Where-Object Success).Count; $state.Most
            """).Clean();
        Assert.Equal([6, 1], result.Output);
    }

    [Fact]
    public void Those_who_share_a_lock_are_at_work_together()
    {
        var result = _session.Run("""
            $both = [System.Threading.Barrier]::new(2)
            $meet = { if (($using:both).SignalAndWait(30000)) { 'met' } }
            $r = Invoke-ParallelLabRunner -Ordered @{ Name = 'A'; Lock = @{ x = 'Shared' }; ScriptBlock = $meet }, @{ Name = 'B'; Lock = @{ x = 'Shared' }; ScriptBlock = $meet } -MaxConcurrency 2
            $r.Output
            """).Clean();
        Assert.Equal(["met", "met"], result.Output);
    }

    [Fact]
    public void What_fails_twice_and_then_succeeds_took_three_attempts()
    {
        var result = _session.Run("""
            $tries = [System.Collections.Concurrent.ConcurrentQueue[int]]::new()
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; RetryCount = 3; RetryDelay = '10ms'; ScriptBlock = {
                ($using:tries).Enqueue(1)
                Write-Warning "try $(($using:tries).Count)"
                "output $(($using:tries).Count)"
                if (($using:tries).Count -lt 3) { throw "not yet $(($using:tries).Count)" }
            } } 3>$null
            "$($r.Status)"; $r.Attempts; $tries.Count; "$($r.Output)"; $null -eq $r.Error; "$($r.Warnings)"; ($r.Records | ForEach-Object { "$_" }) -join '|'
            """).Clean();
        Assert.Equal(["Succeeded", 3, 3, "output 3", true, "try 3", "try 1|not yet 1|try 2|not yet 2|try 3"], result.Output);
    }

    [Theory]
    [InlineData("RetryCount = 2", 3)]
    [InlineData("Retry = @{ Count = 2; StopOn = 'no access' }", 1)]
    [InlineData("Retry = @{ Count = 2; RetryOn = 'timed out' }", 1)]
    [InlineData("Retry = @{ Count = 2; RetryOn = 'NO ACC.SS' }", 3)]
    public void Patterns_say_which_errors_are_worth_another_attempt(string key, int attempts)
    {
        var result = _session.Run($$"""
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; {{key}}; ScriptBlock = { throw 'no access' } } -ErrorAction SilentlyContinue
            "$($r.Status)"; $r.Attempts; $r.Error
            """);
        Assert.Equal(["Failed", attempts, "no access"], result.Output);
    }

    [Fact]
    public void The_runs_own_retries_are_for_those_that_say_nothing()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner -Ordered @{ Name = 'A'; ScriptBlock = { throw 'x' } }, @{ Name = 'B'; RetryCount = 0; ScriptBlock = { throw 'x' } } -RetryCount 2 -RetryDelaySeconds 0.01 -ContinueOnError -ErrorAction SilentlyContinue
            $r.Attempts
            """);
        Assert.Equal([3, 1], result.Output);
    }

    [Fact]
    public void A_program_is_tried_again_and_its_output_is_that_of_the_last_attempt()
    {
        using var folder = new TemporaryFolder();
        var result = _session.Run("""
            param($Folder)
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; RetryCount = 2; Command = 'sh'; Arguments = '-c', 'echo x >> tries; wc -l < tries; [ $(wc -l < tries) -eq 3 ]'; WorkingDirectory = $Folder }
            "$($r.Status)"; $r.Attempts; ($r.Output -join ',').Trim()
            """, new Hashtable { ["Folder"] = folder.Path }).Clean();
        Assert.Equal(["Succeeded", 3, "3"], result.Output);
    }

    [Fact]
    public void Triggers_say_what_must_have_become_of_the_dependencies()
    {
        var result = _session.Run("""
            $bad = @{ Name = 'Bad'; ScriptBlock = { throw 'x' } }
            $good = @{ Name = 'Good'; ScriptBlock = { } }
            $r = Invoke-ParallelLabRunner -Ordered @(
                $bad, $good
                @{ Name = 'Done'; Trigger = 'AllDone'; Dependencies = 'Bad', 'Good'; ScriptBlock = { } }
                @{ Name = 'Repair'; Trigger = 'AnyFailed'; Dependencies = 'Bad', 'Good'; ScriptBlock = { } }
                @{ Name = 'Idle'; Trigger = 'AnyFailed'; Dependencies = 'Good'; ScriptBlock = { } }
                @{ Name = 'Clean'; Trigger = 'Always'; Dependencies = 'Bad'; ScriptBlock = { } }
                @{ Name = 'Plain'; Dependencies = 'Bad'; ScriptBlock = { } }
                @{ Name = 'Loose'; WeakDependencies = 'Bad'; ScriptBlock = { } }
            ) -ContinueOnError -ErrorAction SilentlyContinue
            $r | ForEach-Object { "$($_.Name) $($_.Status) $($_.SkippedBecause.Kind)".Trim() }
            """);
        Assert.Equal(["Bad Failed", "Good Succeeded", "Done Succeeded", "Repair Succeeded", "Idle Skipped not-triggered", "Clean Succeeded", "Plain Skipped dependency", "Loose Succeeded"], result.Output);
    }

    [Fact]
    public void What_is_there_for_failures_runs_when_one_stops_the_run()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner -Ordered @(
                @{ Name = 'Bad'; Priority = 1; ScriptBlock = { throw 'x' } }
                @{ Name = 'Next'; ScriptBlock = { } }
                @{ Name = 'Repair'; Trigger = 'AnyFailed'; Dependencies = 'Bad'; ScriptBlock = { } }
                @{ Name = 'Clean'; Trigger = 'Always'; Dependencies = 'Next'; ScriptBlock = { } }
            ) -MaxConcurrency 1 -ErrorAction SilentlyContinue
            $r | ForEach-Object { "$($_.Name) $($_.Status)" }
            """);
        Assert.Equal(["Bad Failed", "Next Skipped", "Repair Succeeded", "Clean Succeeded"], result.Output);
    }

    [Fact]
    public void What_is_not_critical_may_fail_and_the_run_goes_on()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; Critical = $false; Priority = 1; ScriptBlock = { throw 'x' } }, @{ Name = 'B'; ScriptBlock = { 'b' } } -MaxConcurrency 1 -ErrorAction SilentlyContinue
            $r | ForEach-Object { "$($_.Name) $($_.Status)" }
            """);
        Assert.Equal(["A Failed", "B Succeeded"], result.Output);
    }

    [Fact]
    public void Cancel_running_stops_what_runs_when_another_fails()
    {
        var result = _session.Run("""
            $up = [System.Threading.ManualResetEventSlim]::new()
            $r = Invoke-ParallelLabRunner -Ordered @{ Name = 'Long'; ScriptBlock = { ($using:up).Set(); Start-Sleep -Seconds 600 } }, @{ Name = 'Bad'; ScriptBlock = { $null = ($using:up).Wait(60000); throw 'x' } } -MaxConcurrency 2 -CancelRunning -ErrorAction SilentlyContinue
            $r | ForEach-Object { "$($_.Name) $($_.Status)" }
            """);
        Assert.Equal(["Long Canceled", "Bad Failed"], result.Output);
    }

    [Fact]
    public void An_operation_that_pauses_says_when_it_goes_on()
    {
        var result = _session.Run("""
            $job = Invoke-ParallelLabRunner @{ Name = 'A'; RetryCount = 1; RetryDelay = '1h'; ScriptBlock = { throw 'x' } } -Background -RunName 'pauses'
            do { $active = @(Get-ActiveLabOperations | Where-Object Run -EQ 'pauses') } until ($active.State -eq 'Backoff')
            $active[0].Attempt; $active[0].WaitingFor -match '^attempt 2 begins at \d\d:\d\d:\d\d$'
            $job | Stop-Job
            $job | Remove-Job
            """).Clean();
        Assert.Equal([1, true], result.Output);
    }
}
