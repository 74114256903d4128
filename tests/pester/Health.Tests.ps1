# Health while a run goes on: what is checked, what is done, and where that is seen.

BeforeAll {
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    $script:flag = Join-Path $TestDrive 'flag'
    # Waits for what another process writes; a minute is longer than that ever takes.
    $script:wait = {
        param($Flag)
        $until = [datetime]::UtcNow.AddMinutes(1)
        while (-not (Test-Path -LiteralPath $Flag)) {
            if ([datetime]::UtcNow -gt $until) { throw "'$Flag' did not come" }
            Start-Sleep -Milliseconds 20
        }
    }
}

AfterAll { $env:LABRUNNER_HOME = $script:before }

Describe 'Health checks of operations' {
    BeforeEach { Remove-Item -LiteralPath $flag -ErrorAction Ignore }

    It 'run an operation again whose check fails, and every place tells of it' {
        $operations = @(
            @{
                Name = 'share'
                ScriptBlock = { param($Flag, $Count) Add-Content -LiteralPath $Count 'x'; if (@(Get-Content -LiteralPath $Count).Count -gt 1) { Set-Content -LiteralPath $Flag 'there' } }
                Parameters = @{ Flag = $flag; Count = "$flag.count" }
                HealthChecks = @{ Name = 'there'; ScriptBlock = [scriptblock]::Create("Test-Path -LiteralPath '$flag'"); Interval = '50ms'; Retries = 1; OnFailure = 'Rerun'; Timeout = '2m' }
            }
            @{ Name = 'uses'; Dependencies = 'share'; ScriptBlock = $wait; Parameters = @{ Flag = $flag } }
        )
        $results = @(Invoke-ParallelLabRunner $operations -RunName 'shares' -WarningVariable warned -WarningAction SilentlyContinue)
        ($results | Where-Object Name -EQ 'share').Attempts | Should -Be 2
        $results.Status | Should -Be @('Succeeded', 'Succeeded')
        "$warned" | Should -BeLike "*'share' is unhealthy: check 'there' failed: *its script gave `$false. It runs again (1 of 3).*"
        $state = (Get-LabRun shares -Last 1 | Get-LabRunOperation share).Health
        $state.Check, $state.TimesUnhealthy, $state.Remedies['Rerun'] | Should -Be @('there', 1, 1)
        $told = Test-LabDeploymentHealth -RunName shares
        $told.Checks.Keys | Should -Be 'share: there'
        $null = Get-LabRun shares -Last 1 | Watch-LabRun -Speed 1000 -WarningVariable watched -WarningAction SilentlyContinue
        "$watched" | Should -BeLike "'share' is unhealthy: check 'there' failed: *It runs again (1 of 3).*"
        $written = Get-LabRun shares -Last 1 | Export-LabRunReport (Join-Path $TestDrive 'health.md') -Format Markdown
        Get-Content -LiteralPath $written -Raw | Should -BeLike '*share: check there is *; unhealthy 1 time, rerun 1 time: *'
    }

    It 'let what had succeeded fail, and give its result once the run has ended' {
        $operations = @(
            @{ Name = 'port'; ScriptBlock = { 'open' }; HealthChecks = @{ Tcp = '127.0.0.1:1'; Interval = '20ms'; Retries = 2; OnFailure = 'Fail' } }
            @{ Name = 'uses'; Dependencies = 'port'; ScriptBlock = { while (-not (Get-LabRunOperation port -Id (Get-LabRun fails -Last 1).Id).Error) { Start-Sleep -Milliseconds 50 } } }
            @{ Name = 'later'; Dependencies = 'uses', 'port'; ScriptBlock = { 'never' } }
        )
        $results = @(Invoke-ParallelLabRunner $operations -RunName 'fails' -Ordered -ContinueOnError -ErrorAction SilentlyContinue -WarningAction SilentlyContinue)
        $results.Status | Should -Be @('Failed', 'Succeeded', 'Skipped')
        $results[0].Error | Should -BeLike "*'port' is unhealthy: check 'tcp 127.0.0.1:1' failed: connection refused*"
        $told = Test-LabDeploymentHealth -RunName fails
        $told.Success | Should -BeFalse
        $told.Warnings | Should -BeLike 'Unhealthy: port: tcp 127.0.0.1:1 (connection refused)'
    }

    It 'are refused where they make no sense, all in one error' {
        $operations = @(
            @{ Name = 'a'; ScriptBlock = { 1 }; HealthChecks = @{ Tcp = 'x' } }
            @{ Name = 'b'; ScriptBlock = { 1 }; HealthChecks = @{ Tcp = 'x:1'; OnFailure = 'Restart' }, @{ Interval = 1 } }
            @{ Name = 'c'; ScriptBlock = { 1 }; HealthChecks = @{ Tcp = 'x:1'; OnFailure = 'Explode'; Retriess = 1 } }
            @{ Name = 'd'; ScriptBlock = { 1 }; HealthChecks = @{ Http = 'http://x/'; Status = 200, 'fine' } }
        )
        $refused = { Invoke-ParallelLabRunner $operations } | Should -Throw -PassThru
        "$refused" | Should -Match "has no port"
        "$refused" | Should -Match 'restarts the operation, which is not a service'
        "$refused" | Should -Match "OnFailure 'Explode'"
        "$refused" | Should -Match "Status '200, fine' of a health check of operation 'd' is not a number"
        "$refused" | Should -Match "Did you mean 'Retries'"
        "$refused" | Should -Match 'does not say what to ask'
    }
}

Describe '-HealthMonitoring' {
    It 'watches the run, and its report says what came of it' {
        $lab = Join-Path $TestDrive 'monitored.yaml'
        $told = Join-Path $TestDrive 'told'
        Set-Content -LiteralPath $lab -Value @"
name: monitored
settings:
  health-monitoring:
    memory: 100
    disk: 100
    no-progress: 50ms
    notify: "param(`$Health) Add-Content -LiteralPath '$told' -Value `$Health.Check, `$Health.Status, `$Health.Message"
operations:
  - name: slow
    script: |
      `$until = [datetime]::UtcNow.AddMinutes(1)
      while (-not (Test-Path -LiteralPath '$told') -and [datetime]::UtcNow -lt `$until) { Start-Sleep -Milliseconds 20 }
"@
        $report = Start-AdvancedLabOrchestration $lab -HealthMonitoring -WarningAction SilentlyContinue -WarningVariable warned
        "$warned" | Should -BeLike "*The run is unhealthy: check 'progress' failed: no operation has ended for 50 ms.*"
        $report.Status | Should -Be 'Succeeded'
        # It ended before the run could be well again.
        $report.Health.Status, $report.Health.Checks[0].TimesUnhealthy | Should -Be @('Unhealthy', 1)
        $report.Health.Checks.Check | Should -Be 'progress'
        $report.Health.Checks[0].Operation | Should -BeNullOrEmpty
        @(Get-Content -LiteralPath $told)[0, 1] | Should -Be @('progress', 'Unhealthy')
    }

    It 'is taken by every command that starts a run, and kept by those that resume one' {
        $lab = Join-Path $TestDrive 'all.yaml'
        $go = Join-Path $TestDrive 'go'
        Set-Content -LiteralPath $lab -Value 'name: all', 'operations:', "  - { name: a, script: 'if (-not (Test-Path ''$go'')) { throw ''not yet'' }' }"
        function Get-Watched { (Get-Content -Raw -LiteralPath (Join-Path (Get-LabRun -Last 1).Directory 'run.json') | ConvertFrom-Json).options.monitoring.memory }
        $operation = @{ Name = 'a'; ScriptBlock = [scriptblock]::Create("if (-not (Test-Path '$go')) { throw 'not yet' }") }
        $starts = [ordered]@{
            'Start-AdvancedLabOrchestration' = { param($On) Start-AdvancedLabOrchestration $lab @On }
            'Start-LabAutomation of a file' = { param($On) Start-LabAutomation -ConfigPath $lab @On }
            'Start-LabAutomation of objects' = { param($On) Start-LabAutomation -Configuration @{ Name = 'objects'; Operations = $operation } @On }
            'Start-EnhancedLabDeployment' = { param($On) Start-EnhancedLabDeployment $lab @On }
            'Invoke-ParallelLabRunner' = { param($On) Invoke-ParallelLabRunner $operation -RunName 'objects' @On }
        }
        foreach ($start in $starts.GetEnumerator()) {
            Remove-Item -LiteralPath $go -ErrorAction Ignore
            $null = & $start.Value @{ HealthMonitoring = $true } 2>$null 3>$null 6>$null
            Get-Watched | Should -Be 95 -Because "$($start.Key) watches the memory"
            $failed = Get-LabRun -Last 1
            $failed.Status | Should -Be 'Failed'
            Set-Content -LiteralPath $go -Value 1
            $more = if ($failed.Source) { @{} } else { @{ Operations = $operation } }
            $null = Resume-LabRun -Id $failed.Id @more 3>$null 6>$null
            (Get-LabRun -Last 1).Id | Should -Not -Be $failed.Id
            Get-Watched | Should -Be 95 -Because "the run that resumes that of $($start.Key) is watched, too"
            $null = & $start.Value @{} 3>$null 6>$null
            Get-Watched | Should -BeNullOrEmpty
        }
    }

    It 'does not call a check healthy that the run did not wait for' {
        $hangs = @{ Name = 'a'; ScriptBlock = { 1 }; HealthChecks = @{ Name = 'hangs'; ScriptBlock = { Start-Sleep 600 }; Timeout = '10m' } }
        $null = Invoke-ParallelLabRunner $hangs -RunName 'unanswered'
        $state = (Get-LabRun unanswered -Last 1 | Get-LabRunOperation).Health
        $state.Check, $state.Status | Should -Be @('hangs', 'Starting')
        $told = Test-LabDeploymentHealth -RunName unanswered
        $told.Success, $told.Checks.Count | Should -Be @($true, 0)
        "$($told.Warnings)" | Should -Be 'The run ended before this check was answered: a: hangs'
    }

    It 'says nothing of a run that is not watched' {
        $lab = Join-Path $TestDrive 'plain.yaml'
        Set-Content -LiteralPath $lab -Value 'name: plain', 'operations:', '  - { name: a, script: "1" }'
        (Start-AdvancedLabOrchestration $lab).Health | Should -BeNullOrEmpty
        (Start-AdvancedLabOrchestration $lab -HealthMonitoring).Health.Status | Should -Be 'Healthy'
    }
}
