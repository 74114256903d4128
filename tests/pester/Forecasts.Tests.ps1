# What a person sees of a run before it has begun, and what earlier runs have to do with it.

Describe 'Forecasts' {
    BeforeAll {
        $estimated = Join-Path $TestDrive 'estimated.yaml'
        Set-Content $estimated @'
name: estimated
settings:
  pools: { licence: 1 }
operations:
  - { name: image, estimate: 3m, script: "1" }
  - { name: docs, estimate: 1m, script: "1" }
  - { name: web, estimate: 2m, dependencies: [image], script: "1" }
  - { name: paid-1, estimate: 2m, pool: licence, script: "1" }
  - { name: paid-2, estimate: 2m, pool: licence, script: "1" }
  - { name: rescue, trigger: any-failed, dependencies: [web], script: "1" }
'@
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

    It 'tell when everything starts, and what decides the length' {
        $plan = (Start-AdvancedLabOrchestration $estimated -DryRun -MaxConcurrency 4).ExecutionPlan
        $plan.Makespan.TotalMinutes | Should -Be 5
        $plan.CriticalPath | Should -Be 'image', 'web'
        $by = @{}
        foreach ($operation in $plan.Operations) { $by[$operation.Name] = $operation }
        $by['web'].Start.TotalMinutes, $by['web'].Slack.TotalMinutes, $by['docs'].Slack.TotalMinutes | Should -Be 3, 0, 4
        $by['paid-1'].Start.TotalMinutes, $by['paid-2'].Start.TotalMinutes | Sort-Object | Should -Be 0, 2
        $by['web'].EstimateSource, $by['rescue'].EstimateSource | Should -Be 'declared', 'unit'
        $by['rescue'].Start | Should -BeNullOrEmpty
        "$($by['rescue'].SkippedBecause)" | Should -Be 'it runs only after a failure, and nothing it depends on failed'
        $plan.Resources | ForEach-Object { "$_" } | Should -Be 'slots: 3 of 4', 'licence: 1 of 1'
        $plan.Schedule.IsOptimal | Should -BeTrue
    }

    It 'say that a narrower run takes longer' {
        $plan = (Start-AdvancedLabOrchestration $estimated -DryRun -MaxConcurrency 1).ExecutionPlan
        $plan.Makespan.TotalMinutes | Should -Be 10
        $plan.Schedule.CriticalChain | Should -HaveCount 5
    }

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
        # However slow the machine is, the long one goes on for a while when the short one has done its work.
        $worked = [System.Threading.ManualResetEventSlim]::new()
        $operations = @(
            @{ Name = 'short'; ScriptBlock = { ($using:began).Enqueue('short'); ($using:worked).Set() } }
            @{ Name = 'long'; ScriptBlock = { ($using:began).Enqueue('long'); $null = ($using:worked).Wait(60000); Start-Sleep -Milliseconds 300 } }
        )
        $where = Join-Path $env:LABRUNNER_HOME 'runs' '20260101T000000Z-objects-00000000'
        $null = Invoke-ParallelLabRunner $operations -RunName 'objects' -RunDirectory $where -MaxConcurrency 2
        $began.Clear()
        $null = Invoke-ParallelLabRunner $operations -RunName 'objects' -MaxConcurrency 1
        $null = Invoke-ParallelLabRunner $operations -MaxConcurrency 1
        $began -join ' ' | Should -Be 'long short short long' -Because 'without a name there is no past'
    }
}
