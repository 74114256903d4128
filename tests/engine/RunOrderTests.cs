namespace LabRunner.EngineTests;

/// <summary>When results and records come out: as operations end, as declared, or operation by operation.</summary>
public sealed class RunOrderTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    // 'slow' ends only after the result of 'quick' has been read.
    private const string Operations = """
        $read = [System.Threading.ManualResetEventSlim]::new()
        $ops = @{ Name = 'slow'; ScriptBlock = { ($using:read).Wait(20000) } }, @{ Name = 'quick'; ScriptBlock = { 1 } }

        """;

    private readonly EngineSession _session = fixture.Session;

    [Fact]
    public void Results_come_as_operations_end()
    {
        var result = _session.Run(Operations + "$ops | Invoke-ParallelLabRunner -MaxConcurrency 2 | ForEach-Object { $_.Name; $_.Output; $read.Set() }").Clean();
        Assert.Equal(["quick", 1, "slow", true], result.Output);
    }

    [Fact]
    public void Ordered_gives_them_as_declared()
    {
        var result = _session.Run("""
            $up = [System.Threading.ManualResetEventSlim]::new()
            Invoke-ParallelLabRunner @{ Name = 'late'; ScriptBlock = { $null = ($using:up).Wait(60000) } }, @{ Name = 'early'; ScriptBlock = { ($using:up).Set() } } -MaxConcurrency 2 -Ordered | ForEach-Object Name
            """).Clean();
        Assert.Equal(["late", "early"], result.Output);
    }

    [Fact]
    public void Grouped_shows_each_operation_in_one_piece()
    {
        var result = _session.Run("""
            $turn = [System.Threading.Barrier]::new(2)
            $talk = { param($Name) foreach ($i in 1..3) { Write-Warning "$i"; $null = ($using:turn).SignalAndWait(20000) } }
            $null = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = $talk }, @{ Name = 'B'; ScriptBlock = $talk } -MaxConcurrency 2 -OutputMode Grouped
            """).Clean();
        var operations = result.Warnings.Select(line => line[..3]).ToArray();
        Assert.Equal(6, operations.Length);
        Assert.Single(operations[..3].Distinct());
        Assert.Single(operations[3..].Distinct());
        Assert.Equal(["1", "2", "3", "1", "2", "3"], result.Warnings.Select(line => line[4..]));
    }

    [Fact]
    public void Live_shows_them_while_they_run()
    {
        var result = _session.Run("""
            $read = [System.Threading.ManualResetEventSlim]::new()
            Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { Write-Warning w; ($using:read).Wait(20000) } } 3>&1 | ForEach-Object { $read.Set(); "$($_.Output)$_" }
            """).Clean();
        Assert.Equal(["w", "TrueA: Succeeded"], result.Output);
    }
}
