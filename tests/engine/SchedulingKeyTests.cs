using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>The keys and parameters of scheduling: each one understood, and each one's faults said before anything starts.</summary>
public sealed class SchedulingKeyTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private const string Limits = "-ResourceLimits @{ MaxMemoryGB = 8; MaxCPUPercent = 100; MaxNetworkMbps = 100; MaxDiskMbps = 100; Pools = @{ db = 2 } }";

    private readonly EngineSession _session = fixture.Session;

    [Theory]
    [InlineData("RetryCount = 2")]
    [InlineData("RetryCount = '2'; RetryDelay = [timespan]'0:00:01'")]
    [InlineData("'retry-count' = 2; retry_delay = '500ms'")]
    [InlineData("Retry = 3")]
    [InlineData("Retry = @{ Count = 3; Delay = 2; Backoff = 'Exponential'; MaxDelay = '1m'; Jitter = $true; RetryOn = 'timeout', 'busy'; StopOn = 'denied' }")]
    [InlineData("Retry = [pscustomobject]@{ count = 3; delay = 0 }")]
    [InlineData("Resources = @{ MemoryGB = 0.5; CPUPercent = 12.5; NetworkMbps = 10; DiskMbps = 10 }")]
    [InlineData("resources = @{ 'memory-gb' = 2 }")]
    [InlineData("Resources = @{ MemoryMB = 512 }")]
    [InlineData("Resources = @{ Memory = 1GB }")]
    [InlineData("Resources = @{ Memory = '4GB' }")]
    [InlineData("Resources = [pscustomobject]@{ Memory = '512 MiB' }")]
    [InlineData("Pool = 'db'")]
    [InlineData("Pool = @{ DB = 2 }")]
    [InlineData("Lock = 'x'")]
    [InlineData("Locks = 'x', 'y'")]
    [InlineData("Lock = @{ x = 'Shared'; y = 'exclusive' }")]
    [InlineData("Trigger = 'AllSucceeded'")]
    [InlineData("trigger = 'all-done'")]
    [InlineData("Trigger = 'Always'")]
    [InlineData("Critical = $false")]
    [InlineData("Critical = 'true'")]
    [InlineData("Estimate = '30s'")]
    [InlineData("TotalTimeout = 5")]
    [InlineData("WeakDependencies = 'Z'")]
    [InlineData("Rollback = { 'undone' }")]
    [InlineData("Rollback = 'Write-Output undone'")]
    [InlineData("Rollback = './undo.ps1'")]
    [InlineData("Rollback = @{ Command = 'pwsh'; Arguments = '-v' }")]
    public void A_key_is_understood(string key)
    {
        var result = _session.Run($$"""
            Invoke-ParallelLabRunner -Ordered @{ Name = 'A'; ScriptBlock = { 'a' }; {{key}} }, @{ Name = 'Z'; ScriptBlock = { 'z' } } {{Limits}} | ForEach-Object { "$($_.Status) $($_.Attempts) $($_.Output)" }
            """).Clean();
        Assert.Equal(["Succeeded 1 a", "Succeeded 1 z"], result.Output);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("RetryCount = -1", "RetryCount '-1'")]
    [InlineData("RetryCount = 'often'", "RetryCount 'often'")]
    [InlineData("RetryCount = 5000", "5000 times", "LabRunner.InvalidRetryPolicy")]
    [InlineData("RetryDelay = 5", "not how often")]
    [InlineData("RetryCount = 1; RetryDelay = 'soon'", "RetryDelay 'soon'")]
    [InlineData("RetryCount = 1; RetryDelay = -1", "RetryDelay '-1'")]
    [InlineData("Retry = 'yes'", "Retry of operation 'A'")]
    [InlineData("Retry = @{ Count = 1; Backoff = 'wild' }", "Backoff 'wild'")]
    [InlineData("Retry = @{ Count = 1; MaxDelay = 'x' }", "MaxDelay 'x'")]
    [InlineData("Retry = @{ Count = 1; Jitter = 'perhaps' }", "Jitter 'perhaps'")]
    [InlineData("Retry = @{ Count = 1; Jiter = 2 }", "'Jiter'", "LabRunner.UnknownKey")]
    [InlineData("Retry = @{ Count = 1; RetryOn = '(' }", "pattern", "LabRunner.InvalidPattern")]
    [InlineData("Resources = 4", "Resources of operation 'A'")]
    [InlineData("Resources = @{ MemoryGB = -1 }", "MemoryGB '-1'")]
    [InlineData("Resources = @{ Memory = '4 elephants' }", "Memory '4 elephants'")]
    [InlineData("Resources = @{ MemoryGB = 1; MemoryMB = 1 }", "twice")]
    [InlineData("Resources = @{ MemoryG = 1 }", "'MemoryG'", "LabRunner.UnknownKey")]
    [InlineData("Resources = @{ MemoryGB = 9 }", "memory", "LabRunner.NeedAboveLimit")]
    [InlineData("Resources = @{ CPUPercent = 200 }", "200 percent")]
    [InlineData("Pool = 5", "Pool of operation 'A'")]
    [InlineData("Pool = @{ db = 0 }", "'0' of pool 'db'")]
    [InlineData("Pool = @{ db = 3 }", "pool", "LabRunner.NeedAboveLimit")]
    [InlineData("Pool = 'dbs'", "Did you mean 'db'", "LabRunner.UnknownPool")]
    [InlineData("Lock = $true", "Lock of operation 'A'")]
    [InlineData("Lock = @{ x = 'half' }", "'half'")]
    [InlineData("Trigger = 'sometimes'", "Trigger 'sometimes'")]
    [InlineData("Critical = 'maybe'", "Critical 'maybe'")]
    [InlineData("Estimate = 0", "Estimate '0'")]
    [InlineData("TotalTimeout = 'x'", "TotalTimeout 'x'")]
    [InlineData("WeakDependencies = 'Nobody'", "Nobody", "LabRunner.UnknownDependency")]
    [InlineData("Rollback = 5", "Rollback of 'A")]
    [InlineData("Rollback = 'if ('", "A (rollback)", "LabRunner.ScriptSyntax")]
    [InlineData("Rollback = @{ Command = 'x'; Argumens = 'red' }", "'Argumens'", "LabRunner.UnknownKey")]
    [InlineData("Rollback = @{ Command = 'x'; Mode = 'service'; Ready = 'localhost:1' }", "end by itself", "LabRunner.InvalidCompensation")]
    public void A_fault_is_an_error_before_anything_starts(string key, string says, string id = "LabRunner.InvalidValue")
    {
        var result = _session.Run($$"""
            $ran = [System.Collections.Concurrent.ConcurrentBag[int]]::new()
            try { Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { ($using:ran).Add(1) }; {{key}} } {{Limits}} } catch { $_.FullyQualifiedErrorId; "$_" }
            $ran.Count
            """).Clean();
        Assert.Equal(3, result.Output.Count);
        Assert.StartsWith(id + ",", (string?)result.Output[0], StringComparison.Ordinal);
        Assert.Contains(says, (string?)result.Output[1], StringComparison.Ordinal);
        Assert.DoesNotContain("plan cannot be read", (string?)result.Output[1], StringComparison.Ordinal);
        Assert.Equal(0, result.Output[2]);
    }

    [Theory]
    [InlineData("-ResourceLimits @{ MaxMemory = 4 }", "'MaxMemory'")]
    [InlineData("-ResourceLimits @{ MaxMemoryGB = 0 }", "MaxMemoryGB is '0'")]
    [InlineData("-ResourceLimits @{ MaxCPUPercent = 'all' }", "MaxCPUPercent is 'all'")]
    [InlineData("-ResourceLimits @{ Pools = 'db' }", "Pools")]
    [InlineData("-ResourceLimits @{ Pools = @{ db = 0 } }", "pool 'db'")]
    [InlineData("-ContinueOnError -FailureStrategy Rollback", "-ContinueOnError")]
    [InlineData("-RetryDelaySeconds 5", "-RetryDelaySeconds")]
    [InlineData("-OrchestrationMode Custom", "-Order")]
    [InlineData("-OrchestrationMode Parallel -Order A", "-Order")]
    public void A_parameter_that_makes_no_sense_is_refused(string parameters, string says)
    {
        var result = _session.Run($$"""
            try { Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'a' } } {{parameters}} } catch { $_.FullyQualifiedErrorId; "$_" }
            """).Clean();
        Assert.StartsWith("LabRunner.InvalidValue,", (string?)result.Output[0], StringComparison.Ordinal);
        Assert.Contains(says, (string?)result.Output[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Order c, A", "C,A,B")]
    [InlineData("-OrchestrationMode Custom -Order B", "B,A,C")]
    [InlineData("-OrchestrationMode Sequential", "A,B,C")]
    [InlineData("", "C,A,B")]
    public void The_order_is_the_callers(string parameters, string order)
    {
        var result = _session.Run($$"""
            $began = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
            $operations = 'A', 'B', 'C' | ForEach-Object { @{ Name = $_; Parameters = @{ Name = $_ }; ScriptBlock = { param($Name) ($using:began).Enqueue($Name) } } }
            $operations[2].Priority = 1
            $null = Invoke-ParallelLabRunner $operations -MaxConcurrency 1 {{parameters}}
            $began -join ','
            """).Clean();
        Assert.Equal([order], result.Output);
    }
}
