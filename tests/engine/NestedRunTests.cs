namespace LabRunner.EngineTests;

/// <summary>Runs inside the operations of other runs: the outer limit holds for all of them, and all of them end.</summary>
public sealed class NestedRunTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    // Counts the bodies that run at the same time. The pause makes an excess likely to be seen; that there is
    // none is what is asserted.
    private const string Counter = """
        $count = [hashtable]::Synchronized(@{ Now = 0; Most = 0; All = 0 })
        $leaf = {
            $c = $using:count
            [System.Threading.Monitor]::Enter($c.SyncRoot)
            try { $c.Now++; $c.All++; if ($c.Now -gt $c.Most) { $c.Most = $c.Now } } finally { [System.Threading.Monitor]::Exit($c.SyncRoot) }
            Start-Sleep -Milliseconds 40
            [System.Threading.Monitor]::Enter($c.SyncRoot)
            try { $c.Now-- } finally { [System.Threading.Monitor]::Exit($c.SyncRoot) }
        }.ToString()
        """;

    [Theory]
    [InlineData(2, 2, 4)]
    [InlineData(1, 3, 3)]
    [InlineData(3, 2, 5)]
    public void Two_levels_never_have_more_bodies_than_the_outer_limit(int limit, int outer, int inner)
    {
        var result = _session.Run("param($Limit, $Outer, $Inner)\n" + Counter + """

            $r = Invoke-ParallelLabRunner -Ordered (1..$Outer | ForEach-Object { @{ Name = "outer$_"; ScriptBlock = {
                $count = $using:count
                $nested = Invoke-ParallelLabRunner (1..$using:Inner | ForEach-Object { @{ Name = "inner$_"; Script = $using:leaf } }) -MaxConcurrency 8 -ThrowOnFailure
                @($nested | Where-Object Success).Count
            } } }) -MaxConcurrency $Limit
            ($r.Output -join ','); $count.All; $count.Most
            """, Values(limit, outer, inner)).Clean();
        Assert.Equal(string.Join(',', Enumerable.Repeat(inner, outer)), result.Output[0]);
        Assert.Equal(outer * inner, result.Output[1]);
        Assert.InRange((int)result.Output[2]!, 1, limit);
    }

    [Fact]
    public void A_run_inside_the_only_operation_gets_the_free_slots_too()
    {
        // Three bodies that each wait for the other two: with fewer slots than three none of them could end.
        var result = _session.Run("""
            $gate = [System.Threading.Barrier]::new(3)
            $r = Invoke-ParallelLabRunner @{ Name = 'outer'; ScriptBlock = {
                $gate = $using:gate
                (Invoke-ParallelLabRunner (1..3 | ForEach-Object { @{ Name = "inner$_"; ScriptBlock = { ($using:gate).SignalAndWait(20000) } } }) -MaxConcurrency 3).Output
            } } -MaxConcurrency 3
            $r.Output -join ','
            """).Clean();
        Assert.Equal(["True,True,True"], result.Output);
    }

    [Fact]
    public void Slots_come_back_when_the_inner_run_needs_them_no_more()
    {
        // 'last' can only start when the inner run has given back what it borrowed, and the inner run's last operation
        // waits for it.
        var result = _session.Run("""
            $started = [System.Threading.ManualResetEventSlim]::new()
            $r = Invoke-ParallelLabRunner -Ordered -MaxConcurrency 2 -Operations @(
                @{ Name = 'outer'; ScriptBlock = {
                    $started = $using:started
                    (Invoke-ParallelLabRunner -MaxConcurrency 2 -Operations @(
                        @{ Name = 'short'; ScriptBlock = { 'short' } }
                        @{ Name = 'long'; ScriptBlock = { ($using:started).Wait(20000) } })).Output
                } }
                @{ Name = 'first'; ScriptBlock = { } }
                @{ Name = 'last'; ScriptBlock = { ($using:started).Set() }; Dependencies = 'first'; Priority = 10 })
            $r | Where-Object Name -eq outer | ForEach-Object { ($_.Output | Sort-Object { "$_" }) -join ',' }
            """).Clean();
        Assert.Equal(["short,True"], result.Output);
    }

    [Fact]
    public void Three_levels_end_with_one_slot()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { (Invoke-ParallelLabRunner @{ Name = 'b'; ScriptBlock = { (Invoke-ParallelLabRunner @{ Name = 'c'; ScriptBlock = { 'deep' } }).Output } }).Output } } -MaxConcurrency 1
            $r.Output
            """).Clean();
        Assert.Equal(["deep"], result.Output);
    }

    private static System.Collections.Hashtable Values(int limit, int outer, int inner) => new()
    {
        ["Limit"] = limit,
        ["Outer"] = outer,
        ["Inner"] = inner,
    };
}
