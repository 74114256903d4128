# What a person sees of a run before it has begun, and what earlier runs have to do with it.

Describe 'Forecasts' {
    BeforeAll {
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        $lab = Join-Path $TestDrive 'forecast.yaml'
        Set-Content $lab @'
name: forecast lab
operations:
  - { name: quick, script: "1" }
  - { name: slow, script: "Start-Sleep -Milliseconds 400" }
  - { name: said, estimate: 2m, script: "1" }
  - { name: after, dependencies: [slow], script: "1" }
'@
    }

    AfterAll { $env:LABRUNNER_HOME = $userHome }

    It 'learns from earlier runs how long operations take' {
        $first = (Start-AdvancedLabOrchestration $lab -DryRun).ExecutionPlan
        $first.Operations.EstimateSource | Sort-Object -Unique | Should -Be 'declared', 'unit'
        $report = Start-AdvancedLabOrchestration $lab
        $report.Summary.Status | Should -Be 'Succeeded'
        $second = (Start-AdvancedLabOrchestration $lab -DryRun).ExecutionPlan
        $slow, $said = 'slow', 'said' | ForEach-Object { $name = $_; $second.Operations | Where-Object Name -EQ $name }
        $slow.EstimateSource | Should -Be 'history'
        $slow.Estimate.TotalMilliseconds | Should -BeGreaterOrEqual 400
        $took = ($report.Results | Where-Object Name -EQ 'slow').Duration.TotalMilliseconds
        $slow.Estimate.TotalMilliseconds | Should -BeIn ([math]::Floor($took)..([math]::Ceiling($took)))
        "$($said.EstimateSource) $($said.Estimate)" | Should -Be 'declared 00:02:00'
        "$($second.Schedule.Estimates)" | Should -Be '1 declared, 3 from history, 0 unknown'
        $second.Operations[0].Name | Should -Be 'said' -Because 'the longest path goes first'
    }

    It 'shows when each operation starts' {
        $text = (Start-AdvancedLabOrchestration $lab -DryRun).ExecutionPlan.Operations | Format-Table Name, Start, Slack | Out-String
        $text | Should -Match 'after\s+00:0'
    }

    It 'uses earlier runs of the same name for operations given as objects' {
        $began = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $operations = @(
            @{ Name = 'short'; ScriptBlock = { ($using:began).Enqueue('short') } }
            @{ Name = 'long'; ScriptBlock = { ($using:began).Enqueue('long'); Start-Sleep -Milliseconds 300 } }
        )
        $where = Join-Path $env:LABRUNNER_HOME 'runs' '20260101T000000Z-objects-00000000'
        $null = Invoke-ParallelLabRunner $operations -RunName 'objects' -RunDirectory $where
        $began.Clear()
        $null = Invoke-ParallelLabRunner $operations -RunName 'objects' -MaxConcurrency 1
        $null = Invoke-ParallelLabRunner $operations -MaxConcurrency 1
        $began -join ' ' | Should -Be 'long short short long' -Because 'without a name there is no past'
    }
}
