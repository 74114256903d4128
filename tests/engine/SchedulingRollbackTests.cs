using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>Undoing what had succeeded.</summary>
public sealed class SchedulingRollbackTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Fact]
    public void Rollback_undoes_in_reverse_order_with_the_operations_own_parameters()
    {
        var result = _session.Run("""
            $undone = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
            $r = Invoke-ParallelLabRunner -Ordered @(
                @{ Name = 'Net'; ScriptBlock = { param($Id, $Size) 'net' }; Parameters = @{ Id = 7; Size = 3 }; Rollback = { param($Id) ($using:undone).Enqueue("net $Id") } }
                @{ Name = 'Disk'; ScriptBlock = { 'disk' }; Dependencies = 'Net'; Rollback = { ($using:undone).Enqueue('disk'); throw 'disk is busy' } }
                @{ Name = 'Plain'; ScriptBlock = { 'plain' }; Dependencies = 'Net' }
                @{ Name = 'App'; ScriptBlock = { 'app' }; Dependencies = 'Disk', 'Plain'; Rollback = '($using:undone).Enqueue("app")' }
                @{ Name = 'Bad'; ScriptBlock = { throw 'no space' }; Dependencies = 'App'; Rollback = { ($using:undone).Enqueue('bad') } }
                @{ Name = 'Last'; ScriptBlock = { }; Dependencies = 'Bad'; Rollback = { ($using:undone).Enqueue('last') } }
            ) -FailureStrategy Rollback -ErrorVariable failures -ErrorAction SilentlyContinue
            $undone -join ','
            $r | ForEach-Object { "$($_.Name) $($_.Status) $(if ($null -eq $_.RolledBack) { '-' } else { $_.RolledBack })" }
            ($failures | ForEach-Object { "$_" }) -join '|'
            """);
        Assert.Equal(
            [
                "app,disk,net 7",
                "Net Succeeded True", "Disk Succeeded False", "Plain Succeeded -", "App Succeeded True", "Bad Failed -", "Last Skipped -",
                "[Bad] no space|[Disk (rollback)] disk is busy",
            ],
            result.Output);
    }

    [Fact]
    public void Without_a_failure_nothing_is_undone()
    {
        var result = _session.Run("""
            $undone = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'a' }; Rollback = { ($using:undone).Enqueue('a') } } -FailureStrategy Rollback
            $undone.Count; $null -eq $r.RolledBack; $r.Output
            """).Clean();
        Assert.Equal([0, true, "a"], result.Output);
    }

    [Fact]
    public void A_program_can_undo_too()
    {
        using var folder = new TemporaryFolder();
        var result = _session.Run("""
            param($Folder)
            $r = Invoke-ParallelLabRunner -Ordered @{ Name = 'A'; ScriptBlock = { 'a' }; Rollback = @{ Command = 'sh'; Arguments = '-c', 'echo gone > undone'; WorkingDirectory = $Folder } }, @{ Name = 'B'; ScriptBlock = { throw 'x' }; Dependencies = 'A' } -FailureStrategy Rollback -ErrorAction SilentlyContinue
            $r[0].RolledBack; (Get-Content (Join-Path $Folder undone))
            """, new Hashtable { ["Folder"] = folder.Path });
        Assert.Equal([true, "gone"], result.Output);
    }
}
