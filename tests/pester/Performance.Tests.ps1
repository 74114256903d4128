# How well a run went, and what would have made it shorter.

BeforeAll {
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    $script:lab = Join-Path $TestDrive 'narrow.yaml'
    Set-Content -LiteralPath $lab -Value 'name: narrow', 'operations:', (1..4 | ForEach-Object { "  - name: part-$_", '    script: "[System.Threading.Thread]::Sleep(400)"' })
    $script:report = Start-AdvancedLabOrchestration -ConfigurationPath $lab -MaxConcurrency 1 -PerformanceAnalytics -InformationVariable told 6> $null
    $script:told = $told
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'The performance of a run' {
    It 'comes with the report of a lab that asks for it, and is told' {
        $report.Status | Should -Be 'Succeeded'
        $found = $report.Performance
        $found | Should -BeOfType LabRunner.LabRunPerformance
        $found.Id, $found.Name | Should -Be $report.RunId, 'narrow'
        $found.NotRehearsed | Should -BeNullOrEmpty
        $wider = $found.Recommendations | Where-Object Kind -EQ 'max-concurrency'
        $wider.From, $wider.Without.Ticks | Should -Be 1, ($wider.With + $wider.Gain).Ticks
        $wider.To | Should -BeGreaterThan 1
        $wider.GainPercent | Should -BeGreaterOrEqual 5
        $wider.Message | Should -BeLike "With MaxConcurrency $($wider.To) instead of 1 this run would have taken * less: 3 attempts waited for a slot, *"
        $report.Recommendations | Should -Contain $wider.Message
        "$told" | Should -BeLike '*Performance: The average number of operations *'
        "$told" | Should -BeLike "*Recommendation: $($wider.Message)*"
    }

    It 'is read later, by id, from the pipeline and from an archive' {
        $run = Get-LabRun narrow -Last 1
        $archive = $run | Export-LabRun (Join-Path $TestDrive 'narrow.zip')
        $read = @(
            Get-LabPerformance -RunId $run.Id.Substring(0, 8)
            $run | Get-LabPerformance
            Get-LabPerformance -Directory $archive.FullName
        )
        $read.Id | Should -Be (@($run.Id) * 3)
        foreach ($one in $read) {
            $one.Recommendations.Message | Should -Be $report.Performance.Recommendations.Message
            $one.SlowestOperations.Count, $one.Waits[0].Cause | Should -Be 4, 'slot'
            $one.ParallelEfficiency | Should -BeLessOrEqual 1
        }
        { Get-LabPerformance -RunId 'ffff-ffff' -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownRun*'
        { Get-LabPerformance narrow -RunId $run.Id -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.*' -ExpectedMessage '*-RunId is about one run*'
    }

    It 'compares with earlier runs of the lab' {
        $again = Start-AdvancedLabOrchestration -ConfigurationPath $lab -MaxConcurrency 4 -PerformanceAnalytics 6> $null
        $again.Performance.Past.Runs | Should -Be 1
        $again.Performance.Prediction.Operations | Should -Be 4 -Because 'the run before says how long they take'
    }

    It 'stands in reports of the run' {
        $run = Get-LabRun narrow | Select-Object -Last 1
        $json = Get-Content ($run | Export-LabRunReport (Join-Path $TestDrive 'narrow.json')) -Raw | ConvertFrom-Json
        $json.performance.recommendations.message | Should -Be $report.Performance.Recommendations.Message
        Get-Content ($run | Export-LabRunReport (Join-Path $TestDrive 'narrow.md')) -Raw | Should -Match '\*\*Performance:\*\* The average number'
        Get-Content ($run | Export-LabRunReport (Join-Path $TestDrive 'narrow.html')) -Raw | Should -Match 'id="performance"'
    }

    It 'says what it costs to run one after another' {
        $slow = Start-AdvancedLabOrchestration -ConfigurationPath $lab -OrchestrationMode Sequential -PerformanceAnalytics 6> $null
        $order = $slow.Performance.Recommendations | Where-Object Kind -EQ 'order'
        $order.From | Should -Be 1
        $order.To | Should -BeGreaterThan 1
        $order.Message | Should -BeLike "In the mode Intelligent with MaxConcurrency $($order.To) this run would have taken * less:*"
    }

    It 'is a warning where there is no record to read it from' {
        $none = Start-AdvancedLabOrchestration -ConfigurationPath $lab -MaxConcurrency 4 -PerformanceAnalytics -NoRecord -WarningVariable warned 3> $null
        $none.Performance | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*it has no record*'
    }
}
