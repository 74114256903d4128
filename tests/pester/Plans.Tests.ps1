# What a person sees who plans before anything runs.

Describe 'Plans' {
    BeforeAll {
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        function New-Lab([string] $Text, [string] $Name = 'lab.yaml') {
            $path = Join-Path $TestDrive $Name
            Set-Content $path $Text
            $path
        }
        $lab = New-Lab @'
name: Web
environment: production
settings:
  max-concurrency: 2
  resource-limits: { max-memory-gb: 4 }
environments:
  dev: { settings: { max-concurrency: 1 }, operations: [{ name: image, estimate: 1m }] }
operations:
  - { id: img, name: image, estimate: 3m, resources: { memory-gb: 3 }, script: "'image'" }
  - { name: docs, estimate: 1m, script: "'docs'" }
  - { name: web, estimate: 2m, dependencies: [img], script: "'web'" }
  - { name: rescue, trigger: any-failed, dependencies: [web], script: "'rescue'" }
  - { name: report, trigger: all-done, dependencies: [web, docs], estimate: 10s, script: "'report'" }
'@ 'web.yaml'
    }

    AfterAll { $env:LABRUNNER_HOME = $userHome }

    Context 'Get-LabPlan' {
        It 'tells what runs when, what decides the length and what will not run' {
            $plan = Get-LabPlan $lab
            $plan.Name | Should -Be 'Web'
            $plan.Environment | Should -Be 'production'
            $plan.MaxConcurrency | Should -Be 2
            $plan.Makespan | Should -Be ([timespan] '0:05:10')
            $plan.CriticalPath | Should -Be 'image', 'web', 'report'
            ($plan.Operations | Where-Object Name -EQ 'web').Start | Should -Be ([timespan] '0:03:00')
            ($plan.Operations | Where-Object Name -EQ 'docs').Slack | Should -Be ([timespan] '0:04:00')
            ($plan.Resources | Where-Object Kind -EQ 'memory').Peak | Should -Be 3072
            $plan.Skipped.Name | Should -Be 'rescue'
            $plan.Levels[0] | Should -Be 'image', 'docs'
            Test-Path $env:LABRUNNER_HOME/runs | Should -BeFalse -Because 'nothing was run'
        }

        It 'is shown as a table' {
            $text = Get-LabPlan $lab | Out-String -Width 160
            $text | Should -Match 'Web \(production\): 5 operations in 3 levels, 2 at a time, expected to take 0:05:10'
            $text | Should -Match 'critical path: image > web > report'
            $text | Should -Match 'peak: 2 of 2 slots, 3072 of 4096 MiB of memory'
            $text | Should -Match '(?m)^\*\s+0\s+image\s+0 ms\s+0:03:00\s+0 ms\s+0:03:00$'
            $text | Should -Match '(?m)^\s+rescue: it runs only after a failure'
            (Get-LabPlan $lab -As Table) | Should -BeExactly ($text.Trim() -replace "`r", '')
        }

        It 'can be JSON and Mermaid' {
            $json = Get-LabPlan $lab -As Json | ConvertFrom-Json
            $json.makespanMs | Should -Be 310000
            $json.psobject.Properties.Name | Should -Be 'name', 'source', 'environment', 'mode', 'maxConcurrency', 'makespanMs', 'lowerBoundMs', 'criticalPath', 'levels', 'operations', 'skipped', 'resources'
            $json.operations[0].psobject.Properties.Name | Should -Be 'name', 'id', 'type', 'work', 'level', 'priority', 'dependencies', 'startMs', 'endMs', 'slackMs', 'estimateMs', 'estimateSource', 'timeoutMs', 'critical'
            $json.operations.Count | Should -Be 5
            ($json.operations | Where-Object name -EQ 'web').dependencies | Should -Be 'image'
            $json.skipped[0].kind | Should -Be 'not-triggered'
            $mermaid = Get-LabPlan $lab -As Mermaid
            $mermaid | Should -Match '^flowchart LR'
            $mermaid | Should -Match 'n0\["image<br/>0:03:00"\]'
            $mermaid | Should -Match 'n0 --> n\d'
            $mermaid | Should -Match 'class n0,.* critical'
            Get-LabPlan -Operations @{ Name = 'a "b" <c>'; ScriptBlock = { 1 } } -As Mermaid | Should -Match 'a &quot;b&quot; &lt;c&gt;'
        }

        It 'is for an environment' {
            $plan = Get-LabPlan $lab -Environment dev
            $plan.MaxConcurrency | Should -Be 1
            ($plan.Operations | Where-Object Name -EQ 'image').Estimate | Should -Be ([timespan] '0:01:00')
            { Get-LabPlan $lab -Environment dve } | Should -Throw -ErrorId 'LabRunner.UnknownEnvironment*'
        }

        It 'is found by the name of the lab, and takes several files' {
            Push-Location $TestDrive
            try {
                (Get-LabPlan -LabName web).Name | Should -Be 'Web'
                { Get-LabPlan -LabName nowhere } | Should -Throw -ErrorId 'LabRunner.FileUnreadable*' -ExpectedMessage '*is called nowhere (*.psd1)*'
                (Get-Item web.yaml | Get-LabPlan).Name | Should -Be 'Web'
            } finally {
                Pop-Location
            }
        }

        It 'is made of operations' {
            $plan = @{ Name = 'disk'; ScriptBlock = { 'disk' } }, @{ Name = 'vm'; ScriptBlock = { 'vm' }; Dependencies = 'disk' } | Get-LabPlan -MaxConcurrency 3
            $plan.Operations.Name | Should -Be 'disk', 'vm'
            $plan.MaxConcurrency | Should -Be 3
            $plan | Out-String | Should -Match 'nothing is known of how long they take'
            { Get-LabPlan -Operations @{ Name = 'vm'; ScriptBlock = { 1 }; Dependencies = 'dsik' }, @{ Name = 'disk'; ScriptBlock = { 1 } } } |
                Should -Throw -ErrorId 'LabRunner.UnknownDependency*' -ExpectedMessage "*Did you mean 'disk'*"
        }

        It 'takes the limits of the call over those of the file' {
            $pooled = New-Lab "name: p`nsettings: { resource-limits: { max-memory-gb: 2 } }`noperations:`n  - { name: a, pool: x, script: `"'a'`" }`n  - { name: b, resources: { memory-gb: 3 }, script: `"'b'`" }" 'pooled.yaml'
            { Get-LabPlan $pooled } | Should -Throw -ErrorId 'LabRunner.UnknownPool*' -ExpectedMessage '*pooled.yaml:4*'
            $plan = Get-LabPlan $pooled -ResourceLimits @{ MaxMemoryGB = 4; Pools = @{ x = 1 } }
            ($plan.Resources | Where-Object Kind -EQ 'memory').Capacity | Should -Be 4096
            (Start-AdvancedLabOrchestration $pooled -ResourceLimits @{ MaxMemoryGB = 4; Pools = @{ x = 1 } }).Summary.Status | Should -Be 'Succeeded'
        }

        It 'says where a script is wrong: <Case>' -ForEach @(
            @{ Case = 'YAML'; Name = 'bad.yaml'; Text = "name: x`noperations:`n  - name: a`n    script: |`n      'fine'`n      if ("; Place = '*bad.yaml:6*' }
            @{ Case = 'psd1'; Name = 'bad.psd1'; Text = "@{`n  Name = 'x'`n  Operations = @(@{ Name = 'a'; Script = 'if (' })`n}"; Place = '*bad.psd1:3*' }
        ) {
            { Get-LabPlan (New-Lab $Text $Name) } | Should -Throw -ErrorId 'LabRunner.ScriptSyntax*' -ExpectedMessage $Place
        }
    }

    Context 'Selection' {
        It '<Case>' -ForEach @(
            @{ Case = '-Target takes all it depends on'; Selection = @{ Target = 'web' }; Names = 'image', 'web' }
            @{ Case = '-Target knows ids and wildcards'; Selection = @{ Target = 'IMG', 'd*' }; Names = 'docs', 'image' }
            @{ Case = '-SkipDependencies leaves those out'; Selection = @{ Target = 'web'; SkipDependencies = $true }; Names = 'web' }
            @{ Case = '-Only takes exactly these'; Selection = @{ Only = 'web', 'report' }; Names = 'report', 'web' }
            @{ Case = '-Exclude takes what needs it too'; Selection = @{ Exclude = 'image' }; Names = 'docs', 'report' }
            @{ Case = '-Exclude takes out of -Target'; Selection = @{ Target = 'report'; Exclude = 'docs' }; Names = 'image', 'report', 'web' }
        ) {
            (Get-LabPlan $lab @Selection).Operations.Name | Sort-Object | Should -Be $Names
        }

        It 'matches names as -like does: <Pattern>' -ForEach @(
            @{ Pattern = 'vm[12]' }, @{ Pattern = 'VM[0-9]*' }, @{ Pattern = '*`[*' }, @{ Pattern = 'v?1' }, @{ Pattern = '[a-u]*' }
            @{ Pattern = '[^v]*' }, @{ Pattern = '[]x]*' }, @{ Pattern = '*-[ae]*' }, @{ Pattern = '*``*' }, @{ Pattern = '[Ä]pfel' }, @{ Pattern = 'a`?c' }
        ) {
            $names = 'vm1', 'vm2', 'vm30', 'VM[x', 'äpfel', 'a-east', ']z', '^caret', 'tick`', 'a?c', 'abc', 'last'
            $operations = $names.ForEach({ @{ Name = $_; ScriptBlock = { 1 } } }) + @{ Name = 'zzz'; ScriptBlock = { 1 } }
            $expected = @($names) -like $Pattern
            $expected | Should -Not -BeNullOrEmpty -Because 'a pattern that matches nothing shows nothing'
            (Get-LabPlan -Operations $operations -Only $Pattern).Operations.Name | Sort-Object | Should -Be ($expected | Sort-Object)
            (Get-LabPlan -Operations $operations -Exclude $Pattern).Skipped.Name | Should -Be $expected
        }

        It 'gives reasons' {
            $skipped = (Get-LabPlan $lab -Exclude img).Skipped
            ($skipped | Where-Object Name -EQ 'image').Kind | Should -Be 'excluded'
            ($skipped | Where-Object Name -EQ 'web').Message | Should -Be "it depends on 'image', which is left out"
            ($skipped | Where-Object Name -EQ 'rescue').Message | Should -BeLike "*failure of 'web', which is left out"
            (Get-LabPlan $lab -Target docs).Skipped.Kind | Select-Object -Unique | Should -Be 'not-selected'
        }

        It 'refuses <Case>' -ForEach @(
            @{ Case = 'a name that is none'; Selection = @{ Target = 'wbe' }; Id = 'LabRunner.UnknownOperation*'; Message = "*-Target names 'wbe'*Did you mean 'web'*" }
            @{ Case = 'a pattern without a match'; Selection = @{ Exclude = 'x*' }; Id = 'LabRunner.UnknownOperation*'; Message = "*No operation matches -Exclude 'x*'image'*" }
            @{ Case = 'a pattern that is none'; Selection = @{ Only = 'web[' }; Id = 'LabRunner.InvalidPattern*'; Message = "*-Only 'web?' is not a valid wildcard pattern: a '?' is not closed*backtick*" }
            @{ Case = 'a contradiction'; Selection = @{ Target = 'web'; Only = 'web' }; Id = 'LabRunner.InvalidValue*'; Message = '*both are given*' }
            @{ Case = '-SkipDependencies alone'; Selection = @{ SkipDependencies = $true }; Id = 'LabRunner.InvalidValue*'; Message = '*-Target is missing*' }
            @{ Case = 'nothing at all'; Selection = @{ Exclude = '*' }; Id = 'LabRunner.EmptyPlan*'; Message = '*Nothing is left to run*' }
        ) {
            $fault = { Get-LabPlan $lab @Selection } | Should -Throw -ErrorId $Id -PassThru
            "$($fault.Exception.Message) $($fault.ErrorDetails.RecommendedAction)" | Should -BeLike $Message
        }

        It 'runs what Start-AdvancedLabOrchestration selects, and skips what cannot run' {
            $report = Start-AdvancedLabOrchestration $lab -Target web
            $report.Results.Name | Should -Be 'image', 'web'
            $report.Summary.Status | Should -Be 'Succeeded'
            $report = Start-AdvancedLabOrchestration $lab -Exclude image
            $report.Results.Name | Should -Be 'docs', 'web', 'rescue', 'report'
            $report.Results.Status | Should -Be 'Succeeded', 'Skipped', 'Skipped', 'Succeeded'
            $report.Results[1].SkippedBecause.Message | Should -BeLike "*'image', which is left out"
            $report.Summary.Status | Should -Be 'PartiallySucceeded' -Because 'a skipped tail is never green'
            $report.Metrics.Skipped | Should -Be 2
            $known = Get-LabStatus $report.Summary.Name
            $known.Status | Should -Be 'PartiallySucceeded' -Because 'whoever tells of a run says the same'
            $known.LastRun.Counts.Skipped | Should -Be 2
            $known.LastRun.Counts.Succeeded | Should -Be 2
            $header = Get-Content (Join-Path $report.Summary.RunDirectory 'run.json') -Raw | ConvertFrom-Json
            $header.options.left_out.name | Should -Be 'image', 'web', 'rescue'
            $header.options.left_out[0].message | Should -Be 'it is excluded'
            (Start-AdvancedLabOrchestration $lab -Only web).Results.Name | Should -Be 'web'
        }

        It 'takes conflicts, orders and stops of services along' {
            $conflicting = New-Lab @'
name: linked
settings: { orchestration-mode: custom, custom-order: [c, b, a] }
operations:
  - { name: a, script: "'a'" }
  - { name: b, script: "'b'" }
  - { name: c, script: "'c'" }
dependencies:
  resource-conflicts: [{ operations: [a, b, c], reason: shared }]
'@ 'linked.yaml'
            (Start-AdvancedLabOrchestration $conflicting -Exclude a).Results.Name | Should -Be 'b', 'c'
            (Start-AdvancedLabOrchestration $conflicting -Only a).Results.Name | Should -Be 'a'
            $service = New-Lab @'
name: service
operations:
  - { name: start, provider: process, command: lab-web, mode: service, ready: { tcp: 8080 } }
  - { name: stop, provider: process, mode: stop, service: start }
  - { name: other, script: "'x'" }
'@ 'service.yaml'
            $plan = Get-LabPlan $service -Exclude start
            $plan.Operations.Name | Should -Be 'other'
            ($plan.Skipped | Where-Object Name -EQ 'stop').Message | Should -BeLike "it stops the service of 'start'*"
            (Get-LabPlan $service -Target stop).Operations.Name | Sort-Object | Should -Be 'start', 'stop'
        }

        It 'is what -Steps of Start-LabAutomation means for a file' {
            (Start-LabAutomation -ConfigPath $lab -Steps web).Results.Name | Should -Be 'image', 'web'
        }
    }

    Context '-WhatIf and -DryRun' {
        It 'show the plan of Start-AdvancedLabOrchestration' {
            $plan = (Start-AdvancedLabOrchestration $lab -DryRun -Exclude docs).ExecutionPlan
            $plan.Operations.Name | Should -Not -Contain 'docs'
            $plan.Makespan | Should -Be ([timespan] '0:05:10')
            Start-Transcript (Join-Path $TestDrive 'whatif.txt') | Out-Null
            Start-AdvancedLabOrchestration $lab -WhatIf
            Stop-Transcript | Out-Null
            $text = Get-Content (Join-Path $TestDrive 'whatif.txt') -Raw
            $text | Should -Match 'web after image \(0:03:00 to 0:05:00\)'
            $text | Should -Match 'not rescue: it runs only'
            $text | Should -Match 'expected to take 0:05:10, decided by image > web > report'
        }

        It 'return the plan of Invoke-ParallelLabRunner and Start-LabAutomation' {
            $operation = @{ Name = 'a'; Estimate = '30s'; ScriptBlock = { throw 'must not run' } }
            $plan = Invoke-ParallelLabRunner $operation -DryRun
            $plan.Makespan | Should -Be ([timespan] '0:00:30')
            (Start-LabAutomation -Configuration @{ Operations = @($operation) } -DryRun).Plan.Makespan | Should -Be ([timespan] '0:00:30')
            (Start-LabAutomation -ConfigPath $lab -DryRun -Parallel).Plan.Makespan | Should -Be ([timespan] '0:05:10')
            (Start-LabAutomation -ConfigPath $lab -DryRun).Plan.MaxConcurrency | Should -Be 1
            (Start-LabAutomation -ConfigPath $lab -DryRun -Environment dev).Plan.Environment | Should -Be 'dev'
        }
    }

    Context 'Compare-LabPlan' {
        It 'tells what was added, removed and changed' {
            $before = Get-LabPlan $lab
            $after = Get-LabPlan (New-Lab ((Get-Content $lab -Raw).Replace("estimate: 2m", 'estimate: 4m').Replace("`"'docs'`"", "`"'more docs'`"").Replace('name: rescue', 'name: rescuers')) 'after.yaml')
            $difference = Compare-LabPlan $before $after
            $difference.Added | Should -Be 'rescuers'
            $difference.Removed | Should -Be 'rescue'
            $difference.Changed.Name | Sort-Object | Should -Be 'docs', 'web'
            ($difference.Changed | Where-Object Name -EQ 'docs').Changes.Key | Should -Be 'script'
            ($difference.Changed | Where-Object Name -EQ 'web').Changes[0].Difference | Should -Be '240000'
            $difference.MakespanDifference | Should -Be ([timespan] '0:02:00')
            $text = $difference | Out-String -Width 160
            $text | Should -Match '(?m)^\+ rescuers'
            $text | Should -Match '(?m)^~ docs'
            $text | Should -Match '\(\+0:02:00\)'
        }

        It 'finds no difference where there is none, wherever a script stands' {
            $again = New-Lab ("# a comment moves every line`n" + (Get-Content $lab -Raw)) 'again.yaml'
            (Compare-LabPlan (Get-LabPlan $lab) (Get-LabPlan $again)).Same | Should -BeTrue
            $one = Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { param($X) $X }; Parameters = @{ X = 1 } }
            $two = Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { param($X) $X }; Parameters = @{ X = 2 } }
            (Compare-LabPlan $one $two).Changed[0].Changes.Key | Should -Be 'parameters.X'
        }
    }

    It 'says where in the lab a value stands that no script wants, and shows locks as what is held' {
        $bad = New-Lab "name: p`noperations:`n  - name: a`n    parameters:`n      X: 1`n      Y: 2`n    lock: db`n    script: param(`$X)`n" 'parameter.yaml'
        foreach ($command in 'Get-LabPlan', 'Start-AdvancedLabOrchestration') {
            $fault = { & $command $bad -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownParameter*' -PassThru
            "$($fault.Exception.Message) $($fault.ErrorDetails.RecommendedAction)" |
                Should -BeLike "*parameter.yaml:6:10: Operation 'a' is given a value for 'Y'*It has: X*"
        }
        $good = New-Lab (Get-Content $bad -Raw).Replace('      Y: 2', '') 'parameter.yaml'
        (Get-LabPlan $good -As Table) -split '\r?\n' | Should -Contain "peak: 1 of $([Environment]::ProcessorCount) slots, lock db"
    }

    It 'completes <Line>' -TestCases @(
        @{ Line = 'New-LabOperation -Type De'; Has = 'Deploy' }
        @{ Line = 'New-LabTemplate -Type M'; Has = 'Monitor' }
        @{ Line = 'Invoke-ParallelLabRunner x -Variables PSVer'; Has = 'PSVersionTable' }
        @{ Line = "Start-AdvancedLabOrchestration x -Variables 'PSVer"; Has = 'PSVersionTable' }
        @{ Line = 'Invoke-ParallelLabRunner x -Modules Microsoft.PowerShell.U'; Has = 'Microsoft.PowerShell.Utility' }
        @{ Line = 'Set-LabRunnerConfiguration -FailureStrategy R'; Has = 'Rollback' }
        @{ Line = 'Start-AdvancedLabOrchestration x -FailureStrategy C'; Has = 'Continue' }
        @{ Line = 'Get-LabPlan x -As J'; Has = 'Json' }
    ) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.ListItemText | Should -Contain $Has
    }

    It 'completes nothing, and shows no error, where there is nothing' {
        foreach ($line in 'Start-LabAutomation -ConfigPath ./none.yaml -Environment ', 'Get-LabPlan ./none.yaml -Target ', 'Invoke-ParallelLabRunner x -Variables NoSuch') {
            $Error.Clear()
            $found = (TabExpansion2 $line $line.Length).CompletionMatches
            $found.Where({ $_.ResultType -eq 'ParameterValue' }) | Should -BeNullOrEmpty
            $Error | Should -BeNullOrEmpty
        }
    }

    It 'completes environments and operations' {
        $line = "Start-LabAutomation -ConfigPath '$lab' -Environment d"
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Contain 'dev'
        $line = "Get-LabPlan '$lab' -Environment "
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Contain 'dev'
        $line = "Start-AdvancedLabOrchestration '$lab' -Target we"
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Be 'web'
    }
}
