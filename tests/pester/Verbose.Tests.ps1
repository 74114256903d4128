# What -Verbose says of each operation: one line when it starts, is tried again, and ends. Without it there is nothing.

Describe 'Operations under -Verbose' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        function Get-Said([scriptblock] $Call) { @(& $Call 4>&1 2>$null 3>$null | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -like "Operation '*" } | ForEach-Object { "$_" -replace '\d+(\.\d+)? m?s|\d+:\d\d:\d\d', 'T' }) }
    }

    It 'are said to start and to end, with duration and reason' {
        $said = Get-Said { Invoke-ParallelLabRunner -Verbose -ContinueOnError -MaxConcurrency 1 -Operations @(
                @{ Name = 'web'; ScriptBlock = { throw 'no IIS.' } }
                @{ Name = 'sql'; ScriptBlock = { 1 }; Dependencies = 'web' }
                @{ Name = 'dns'; ScriptBlock = { 2 } }) }
        $said | Where-Object { $_ -like "*'web'*" } | Select-Object -First 2 | Should -Be "Operation 'web' started.", "Operation 'web' failed after T: no IIS."
        $said | Where-Object { $_ -like "*'dns'*" } | Should -Be "Operation 'dns' started.", "Operation 'dns' succeeded after T."
        $said | Where-Object { $_ -like "Operation 'sql'*" } | Should -BeLike "Operation 'sql' was skipped: it depends on 'web', which *."
        $said | Should -HaveCount 5
    }

    It 'are said to be tried again, and which attempt it is' {
        $tried = [System.Collections.Generic.List[int]]::new()
        $said = Get-Said { Invoke-ParallelLabRunner -Verbose @{ Name = 'a'; RetryCount = 2; RetryDelay = '5ms'; ScriptBlock = { ($using:tried).Add(1); if (($using:tried).Count -eq 1) { throw 'not yet' }; 'now' } } }
        $said | Should -Be "Operation 'a' started.", "Operation 'a' failed: not yet; waits T, then attempt 2 of 3.", "Operation 'a' started (attempt 2 of 3).", "Operation 'a' succeeded after T (attempt 2 of 3)."
    }

    It 'are said to be ready, too slow, and undone' {
        $said = Get-Said { Invoke-ParallelLabRunner -Verbose -FailureStrategy Rollback -Operations @(
                @{ Name = 'disk'; ScriptBlock = { 1 }; Rollback = { 2 } }
                @{ Name = 'slow'; ScriptBlock = { while ($true) { Start-Sleep -Milliseconds 10 } }; Timeout = '50ms'; Dependencies = 'disk' }) }
        $said | Should -Contain "Operation 'slow' took too long and was stopped after T."
        $said | Should -Contain "Operation 'disk (rollback)' started."
        $said | Should -Contain "Operation 'disk (rollback)' succeeded after T."
    }

    It 'are said in a job and in a lab too' {
        Set-Content -LiteralPath "$TestDrive/lab.yaml" 'name: x', 'operations: [{ name: a, script: "1" }]'
        Get-Said { Start-AdvancedLabOrchestration "$TestDrive/lab.yaml" -Verbose } | Should -Be "Operation 'a' started.", "Operation 'a' succeeded after T."
        Get-Said { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -Background -Verbose | Receive-Job -Wait -AutoRemoveJob -Verbose } | Should -Be "Operation 'a' started.", "Operation 'a' succeeded after T."
    }

    It 'are not said anything of without it' {
        Get-Said { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } } | Should -BeNullOrEmpty
        Get-Said { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -Verbose:$false } | Should -BeNullOrEmpty
        Get-Said { $VerbosePreference = 'Continue'; Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } } | Should -HaveCount 2
    }
}
