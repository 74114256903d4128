namespace LabRunner.EngineTests;

/// <summary>Limits, Ctrl-C, jobs, and readers that go away.</summary>
public sealed class ParallelStopTests : IDisposable
{
    private readonly EngineSession _session = EngineSession.WithModule();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void A_limit_stops_a_script_and_its_finally_runs()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "finally.txt");
        var result = _session.Run("""
            param($File)
            $r = Invoke-ParallelLabRunner -Ordered @{ Name = 'A'; ScriptBlock = { param($File) try { Start-Sleep -Seconds 600 } finally { [IO.File]::WriteAllText($File, 'x') } }; Parameters = @{ File = $File }; Timeout = '300ms' }, @{ Name = 'B'; ScriptBlock = { 'b' } } -ContinueOnError -ErrorAction SilentlyContinue
            "$($r[0].Status)"; $r[0].ErrorRecord.FullyQualifiedErrorId; $r[1].Output
            """, new System.Collections.Hashtable { ["File"] = file });
        Assert.Equal("TimedOut", result.Output[0]);
        Assert.StartsWith("LabRunner.OperationTimeout", (string?)result.Output[1], StringComparison.Ordinal);
        Assert.Equal("b", result.Output[2]);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void A_busy_loop_is_stopped_too()
    {
        var result = _session.Run("$r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { while ($true) { } } } -TimeoutMinutes 0.005 -ErrorAction SilentlyContinue; \"$($r.Status)\"");
        Assert.Equal(["TimedOut"], result.Output);
    }

    [Fact]
    public void Stopping_returns_though_all_are_busy_without_end()
    {
        var running = _session.Start("""
            $ops = 1..4 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { Write-Warning at-work; while ($true) { } } } }
            Invoke-ParallelLabRunner $ops -MaxConcurrency 4 3>&1 | ForEach-Object { "$_" }
            """);
        running.WaitForOutput(value => value is string text && text.Contains("at-work", StringComparison.Ordinal));
        var result = running.Stop();
        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.Equal(["x"], _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'x' } }).Output").Clean().Output);
    }

    [Fact]
    public void A_reader_that_has_enough_cancels_the_run()
    {
        var result = _session.Run("Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 1 } }, @{ Name = 'B'; ScriptBlock = { Start-Sleep -Seconds 600 } } -MaxConcurrency 2 | Select-Object -First 1 | ForEach-Object Name").Clean();
        Assert.Equal(["A"], result.Output);
    }

    [Fact]
    public void A_job_gives_its_results_and_ends()
    {
        var result = _session.Run("""
            $job = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'a' } }, @{ Name = 'B'; ScriptBlock = { 'b' }; Dependencies = 'A' } -Background
            $null = Wait-Job $job
            "$($job.State)"; (Receive-Job $job).Output; Remove-Job $job; @(Get-Job).Count
            """).Clean();
        Assert.Equal(["Completed", "a", "b", 0], result.Output);
    }

    [Fact]
    public void Monitors_watch_until_their_job_is_stopped()
    {
        var result = _session.Run("""
            $lab = 'web'
            $job = Invoke-ParallelLabRunner @{ Name = 'M'; Type = 'Monitor'; ScriptBlock = { while ($true) { Write-Warning "watching $using:lab"; Start-Sleep -Milliseconds 20 } } } -Background
            $null = [System.Threading.SpinWait]::SpinUntil({ $job.ChildJobs[0].Warning.Count -gt 0 }, 30000)
            "$($job.State)"; Stop-Job $job; "$($job.State)"; "$($job.ChildJobs[0].Warning[0])"; Remove-Job $job
            """).Clean();
        Assert.Equal(["Running", "Stopped", "watching web"], result.Output);
    }

    [Fact]
    public void Many_operations_more_than_workers_all_end_in_declared_order()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner -Ordered (1..300 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { param($N) $N }; Parameters = @{ N = $_ } } }) -MaxConcurrency 3
            ($r.Output -join ',') -eq ((1..300) -join ','); @($r | Where-Object Success).Count
            """).Clean();
        Assert.Equal([true, 300], result.Output);
    }

    [Fact]
    public void What_does_not_stop_keeps_its_lock_and_its_place_in_a_pool_until_it_ends()
    {
        var result = _session.Run("""
            $gate = [Threading.ManualResetEventSlim]::new()
            $job = Invoke-ParallelLabRunner -Background -ContinueOnError -MaxConcurrency 4 -ResourceLimits @{ Pools = @{ downloads = 1 } } @(
                @{ Name = 'deaf'; ScriptBlock = { $null = ($using:gate).Wait(60000) }; Timeout = '200ms'; Lock = 'database'; Pool = 'downloads' }
                @{ Name = 'lock'; ScriptBlock = { 'locked' }; Lock = 'database' }
                @{ Name = 'pool'; ScriptBlock = { 'pooled' }; Pool = 'downloads' }
                @{ Name = 'after'; ScriptBlock = { 'after' }; Dependencies = 'deaf'; Trigger = 'AllDone' }
            )
            $children = @{}
            foreach ($child in $job.ChildJobs) { $children[$child.Name] = $child }
            $null = [System.Threading.SpinWait]::SpinUntil({ $children.after.State -eq 'Completed' }, 30000)
            "$($children.deaf.Output[0].Status) $($children.lock.State) $($children.pool.State)"
            $gate.Set()
            $null = Wait-Job $job
            "$($children.deaf.Output[0].Status) $($children.lock.Output[-1].Output) $($children.pool.Output[-1].Output)"
            Remove-Job $job
            """);
        Assert.Equal(["Abandoned NotStarted NotStarted", "Abandoned locked pooled"], result.Output);
    }
}
