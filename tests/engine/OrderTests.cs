namespace LabRunner.EngineTests;

/// <summary>In which order operations start: the four modes, and the caller's own rule.</summary>
public sealed class OrderTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private const string Operations = """
        $began = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $note = { param($Name) ($using:began).Enqueue($Name) }
        $operations = @(
            @{ Name = 'A'; Estimate = '1m'; Parameters = @{ Name = 'A' }; ScriptBlock = $note }
            @{ Name = 'B'; Estimate = '5m'; Parameters = @{ Name = 'B' }; ScriptBlock = $note }
            @{ Name = 'C'; Estimate = '3m'; Parameters = @{ Name = 'C' }; ScriptBlock = $note; Priority = 1 }
            @{ Name = 'D'; Estimate = '9m'; Parameters = @{ Name = 'D' }; ScriptBlock = $note; Dependencies = 'A' }
        )

        """;

    private readonly EngineSession _session = fixture.Session;

    [Theory]
    [InlineData("-OrchestrationMode Sequential", "A,B,C,D")]
    [InlineData("-OrchestrationMode Parallel", "C,A,B,D")]
    [InlineData("-OrchestrationMode Intelligent", "C,A,D,B")]
    [InlineData("-OrchestrationMode Custom -Order D, B", "B,A,D,C")]
    [InlineData("-Order { $_.Estimate }", "A,C,B,D")]
    [InlineData("-Order { -$args[0].Estimate.TotalMinutes }", "B,C,A,D")]
    [InlineData("-OrchestrationMode Custom -Order { param($o) $o.Priority; $o.Name }", "C,A,B,D")]
    [InlineData("-Order { 0 }", "A,B,C,D")]
    public void Every_mode_has_an_order_of_its_own(string parameters, string order)
    {
        var result = _session.Run($"{Operations} $null = Invoke-ParallelLabRunner $operations -MaxConcurrency 1 {parameters}; $began -join ','").Clean();
        Assert.Equal([order], result.Output);
    }

    [Fact]
    public void Only_sequential_runs_one_at_a_time_however_wide()
    {
        var result = _session.Run("""
            foreach ($mode in 'Sequential', 'Parallel', 'Intelligent', 'Custom') {
                $state = [hashtable]::Synchronized(@{ Together = 0 })
                $both = [System.Threading.Barrier]::new(2)
                $wait = $mode -eq 'Sequential' ? 100 : 30000
                $meet = { if (($using:both).SignalAndWait($using:wait)) { 'met' } else { 'alone' } }
                $order = @{}; if ($mode -eq 'Custom') { $order.Order = { $_.Name } }
                $r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = $meet }, @{ Name = 'B'; ScriptBlock = $meet } -MaxConcurrency 2 -OrchestrationMode $mode @order
                "$mode $($r[0].Result)"
            }
            """).Clean();
        Assert.Equal(["Sequential alone", "Parallel met", "Intelligent met", "Custom met"], result.Output);
    }

    [Fact]
    public void The_block_runs_once_an_operation_on_the_callers_thread_and_sees_the_callers_variables()
    {
        var result = _session.Run(Operations + """
            $asked = [System.Collections.Generic.List[string]]::new()
            $wanted = 'B', 'D', 'A', 'C'
            $thread = [Environment]::CurrentManagedThreadId
            $null = Invoke-ParallelLabRunner $operations -MaxConcurrency 1 -Order { $asked.Add($_.Name); if ([Environment]::CurrentManagedThreadId -ne $thread) { throw 'elsewhere' }; [array]::IndexOf($wanted, $_.Name) }
            $asked -join ','; $began -join ','
            """).Clean();
        Assert.Equal(["A,B,C,D", "B,A,D,C"], result.Output);
    }

    [Theory]
    [InlineData("-Order { throw 'no idea' }", "LabRunner.InvalidOrder", "fails for operation 'A': no idea")]
    [InlineData("-Order { }", "LabRunner.InvalidOrder", "returns no value to sort operation 'A' by")]
    [InlineData("-Order { if ($_.Name -ne 'C') { 1 } }", "LabRunner.InvalidOrder", "returns no value to sort operation 'C' by")]
    [InlineData("-Order { if ($_.Name -eq 'B') { 'x' } else { [timespan]'0:1' } }", "LabRunner.InvalidOrder", "cannot be compared")]
    [InlineData("-Order { 1 }, A", "LabRunner.InvalidValue", "a script block together with other things")]
    [InlineData("-OrchestrationMode Parallel -Order { 1 }", "LabRunner.InvalidValue", "-OrchestrationMode is Parallel")]
    public void A_block_that_cannot_be_used_is_an_error_before_anything_starts(string parameters, string id, string says)
    {
        var result = _session.Run($$"""
            {{Operations}} try { Invoke-ParallelLabRunner $operations {{parameters}} } catch { $_.FullyQualifiedErrorId; "$_" }; $began.Count
            """).Clean();
        Assert.StartsWith(id + ",", (string?)result.Output[0], StringComparison.Ordinal);
        Assert.Contains(says, (string?)result.Output[1], StringComparison.Ordinal);
        Assert.Equal(0, result.Output[2]);
    }
}
