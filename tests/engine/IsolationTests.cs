namespace LabRunner.EngineTests;

/// <summary>What is put back between two operations of one worker, where the engine alone can show it.</summary>
public sealed class IsolationTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Theory]
    [InlineData("$global:left = 1; [void]$ExecutionContext.SessionState.PSVariable.Set([psvariable]::new('held', 1, 'ReadOnly'))", "\"$left$held\"", "")]
    [InlineData("$ExecutionContext.SessionState.PSVariable.Set([psvariable]::new('global:held', 1, 'Constant'))", "\"$held\"", "")]
    [InlineData("function global:Get-Left { 1 }", "\"${function:Get-Left}\"", "")]
    [InlineData("${function:global:prompt} = { 'changed' }", "\"$(${function:prompt} -match 'changed')\"", "False")]
    [InlineData("$ExecutionContext.InvokeProvider.Item.Remove('function:prompt', $false)", "\"$(${function:prompt} -match 'PS')\"", "True")]
    [InlineData("$ExecutionContext.InvokeProvider.Item.Set('alias:global:left', 'Get-Item')", "\"$($ExecutionContext.InvokeProvider.Item.Exists('alias:left'))\"", "False")]
    [InlineData("$null = [runspace]::DefaultRunspace.Events.SubscribeEvent($null, $null, 'left', $null, { }, $true, $false)", "\"$([runspace]::DefaultRunspace.Events.Subscribers.Count)\"", "0")]
    [InlineData("[Console]::OutputEncoding = [Text.Encoding]::Latin1", "\"$([Console]::OutputEncoding.WebName -eq 'iso-8859-1')\"", "False")]
    public void Shared_undoes(string first, string second, string expected)
    {
        var result = _session.Run("""
            param($First, $Second)
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; Script = $First }, @{ Name = 'B'; Script = $Second; Dependencies = 'A' } -MaxConcurrency 1
            "$($r[0].Error)"; $r[1].Output
            """, new System.Collections.Hashtable { ["First"] = first, ["Second"] = second });
        Assert.Equal(["", expected], result.Output);
    }

    [Fact]
    public void A_runspace_of_its_own_is_new_and_used_once()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner (1..3 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { "$([int]$n)"; $global:n = 1; [runspace]::DefaultRunspace.InstanceId } } }) -MaxConcurrency 1 -Isolation Runspace
            ($r | ForEach-Object { $_.Output[0] }) -join ''; @($r | ForEach-Object { $_.Output[1] } | Select-Object -Unique).Count; @($r | ForEach-Object WorkerId | Select-Object -Unique).Count
            """).Clean();
        Assert.Equal(["000", 3, 1], result.Output);
    }

    [Fact]
    public void A_worker_that_is_to_get_a_new_runspace_can_be_stopped()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 1 } }, @{ Name = 'B'; ScriptBlock = { 2 }; Isolation = 'Runspace'; Timeout = '1ms'; Dependencies = 'A' }, @{ Name = 'C'; ScriptBlock = { 3 }; WeakDependencies = 'B' } -MaxConcurrency 1 -ContinueOnError -ErrorAction SilentlyContinue
            "$($r[2].Status)"
            """);
        Assert.Equal(["Succeeded"], result.Output);
    }
}
