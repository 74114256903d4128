# What a person sees of resources, retries, rollbacks and waiting.

Describe 'Scheduling' {
    It 'shows what waits, and for what' {
        $before = (Get-Date).AddSeconds(-1)
        $up = [System.Threading.ManualResetEventSlim]::new()
        $go = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner -Background -MaxConcurrency 2 -RunName 'tables' -Operations @(
            @{ Name = 'migrate'; Priority = 1; Lock = 'table'; ScriptBlock = { ($using:up).Set(); $null = ($using:go).Wait(60000) } }
            @{ Name = 'backup'; Lock = 'table'; ScriptBlock = { } }
            @{ Name = 'report'; Dependencies = 'backup'; ScriptBlock = { } }
        )
        try {
            $up.Wait(60000) | Should -BeTrue
            $active = @(Get-ActiveLabOperations)
            $text = $active | Out-String -Width 160
        } finally {
            $go.Set()
            $null = $job | Wait-Job -Timeout 60
            $state = $job.State
            $job | Remove-Job
        }
        $state | Should -Be 'Completed'
        $active.Run | Select-Object -Unique | Should -Be 'tables'
        $active | ForEach-Object { "$($_.Name) $($_.State): $($_.WaitingFor)" } | Should -Be 'migrate Running: ', "backup Ready: lock 'table' is held, held by 'migrate'", "report Waiting: it waits for 'backup'"
        $active.Since | Should -BeOfType [datetime]
        foreach ($since in $active.Since) {
            $since | Should -BeGreaterThan $before
            $since | Should -BeLessOrEqual (Get-Date)
        }
        $text | Should -Match 'Run\s+Name\s+State\s+Since\s+WaitingFor'
        $text | Should -Match "tables\s+backup\s+Ready\s+\S+\s+lock 'table' is held, held by 'migrate'"
        Get-ActiveLabOperations | Should -BeNullOrEmpty
    }

    It 'writes a compensation that failed to the error stream' {
        $output = Invoke-ParallelLabRunner -FailureStrategy Rollback -Operations @(
            @{ Name = 'disk'; ScriptBlock = { 'disk' }; Rollback = { throw 'disk is busy' } }
            @{ Name = 'app'; ScriptBlock = { throw 'no space' }; Dependencies = 'disk' }
        ) 2>&1
        $errors = @($output | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { "$_" })
        $errors | Should -Be '[app] no space', '[disk (rollback)] disk is busy'
        ($output | Where-Object Name -EQ 'disk').RolledBack | Should -BeFalse
    }

    It 'stops the whole run at its limit' {
        $lab = Join-Path $TestDrive 'slow.yaml'
        Set-Content $lab "name: slow`noperations:`n  - { name: a, script: Start-Sleep -Seconds 600 }"
        $report = Start-AdvancedLabOrchestration $lab -RunTimeoutMinutes 0.005 2>$null
        $report.Summary.Status | Should -Be 'Failed'
        $report.Results[0].Success | Should -BeFalse
    }

    It 'completes the names of a lab file for -Order' {
        $lab = Join-Path $TestDrive 'ordered.yaml'
        Set-Content $lab "name: ordered`noperations:`n  - { name: first, script: `"'a'`" }`n  - { name: final, script: `"'b'`" }"
        $line = "Start-AdvancedLabOrchestration -ConfigurationPath $lab -Order fi"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'final', 'first'
        $report = Start-AdvancedLabOrchestration $lab -Order final -MaxConcurrency 1
        $report.Summary.Mode | Should -Be 'Custom'
        $report.ExecutionPlan.Operations[0].Name | Should -Be 'final'
    }
}
