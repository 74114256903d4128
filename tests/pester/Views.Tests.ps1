# How the module's objects look: alone, in tables, after other objects, and when they come back from a file.

BeforeDiscovery {
    $module = (Get-Module -Name LabRunner).ModuleBase
    $script:views = @(([xml] (Get-Content -Raw -LiteralPath (Join-Path $module 'LabRunner.Format.ps1xml'))).Configuration.ViewDefinitions.View)
    $script:types = @($views.ViewSelectedBy.TypeName -notlike 'Deserialized.*' | Sort-Object -Unique | ForEach-Object { @{ Type = $_ } })
}

BeforeAll {
    . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
    $script:module = (Get-Module -Name LabRunner).ModuleBase
    $script:views = @(([xml] (Get-Content -Raw -LiteralPath (Join-Path $module 'LabRunner.Format.ps1xml'))).Configuration.ViewDefinitions.View)
    $script:rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'PlainText'

    Set-Location TestDrive:
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    Set-Content -LiteralPath lab.yaml -Value @'
name: views
operations:
  - { name: network, script: "'10.0.0.0/24'" }
  - { name: disk, script: "Write-Warning 'nearly full'; Write-Error 'slow' -ErrorAction Continue; throw 'no space left'" }
  - { name: node, dependencies: [disk], script: "'up'" }
'@
    Set-Content -LiteralPath bad.yaml -Value 'name: bad', 'operations:', '  - { name: a, dependencies: [b], script: "1" }'
    $script:results = @(Invoke-ParallelLabRunner -ContinueOnError -Ordered -Operations @(
            @{ Name = 'network'; ScriptBlock = { '10.0.0.0/24' } }
            @{ Name = 'disk'; ScriptBlock = { Write-Warning 'nearly full'; Write-Error 'slow' -ErrorAction Continue; throw 'no space left' } }
            @{ Name = 'node'; ScriptBlock = { 'up' }; Dependencies = 'disk' }) 2> $null 3> $null)
    $script:report = Start-AdvancedLabOrchestration -ConfigurationPath lab.yaml -FailureStrategy Continue 2> $null 3> $null
    $script:automation = Start-LabAutomation -ConfigPath lab.yaml 2> $null 3> $null
    $script:plan = Get-LabPlan -ConfigurationPath lab.yaml
    $script:changed = Get-LabPlan -Operations @{ Name = 'network'; Type = 'Deploy'; ScriptBlock = { 2 } }
    $script:difference = Compare-LabPlan -ReferencePlan $plan -DifferencePlan $changed
    $null = Invoke-ParallelLabRunner @{ Name = 'again'; Retry = @{ Count = 1; Delay = '1ms' }; ScriptBlock = { throw 'not yet' } } -RunName 'again' -ErrorAction SilentlyContinue
    $script:test = Test-LabConfiguration -Path bad.yaml
    $script:status = Get-LabStatus -Detailed
    $script:performance = Get-LabPerformance -LabName views
    $script:health = Test-LabRunnerHealth
    $script:usage = Get-SystemResourceUsage
    Set-Content -LiteralPath watched.yaml -Value @'
name: watched
operations:
  - { name: made, script: "1", health-checks: { dns: localhost, interval: 100ms } }
  - { name: uses, dependencies: [made], script: "while (-not (Get-LabRunOperation made -Id (Get-LabRun watched -Last 1).Id).Health) { Start-Sleep -Milliseconds 50 }" }
'@
    $script:watched = Start-AdvancedLabOrchestration -ConfigurationPath watched.yaml
    $script:summary = Invoke-ParallelLabRunner -Scripts @({ 'one' }) 6> $null

    # One object of each type that has a view.
    $script:samples = @{
        'LabRunner.LabOperationResult' = $results[1]
        'LabRunner.LabError' = [LabRunner.LabOperationResult].GetProperty('ErrorRecord').GetValue($results[1])
        'LabRunner.SkipReason' = $results[2].SkippedBecause
        'LabRunner.LabRecord' = $results[1].Records[0]
        'LabRunner.LabScriptResult' = $summary.Results[0]
        'LabRunner.LabActiveOperation' = (Invoke-ParallelLabRunner -Operations @{ Name = 'looks'; ScriptBlock = { Get-ActiveLabOperations } }).Output[0]
        'LabRunner.LabOrchestrationReport' = $report
        'LabRunner.LabOrchestrationSummary' = $report.Summary
        'LabRunner.LabOrchestrationMetrics' = $report.Metrics
        'LabRunner.LabAutomationResult' = $automation
        'LabRunner.LabDeploymentResult' = Start-EnhancedLabDeployment -ConfigurationPath lab.yaml -DryRun 2> $null 3> $null 6> $null
        'LabRunner.LabConfigurationTest' = $test
        'LabRunner.LabConfigFinding' = $test.Errors[0]
        'LabRunner.LabConfigOrigin' = @(Get-LabConfig -Path lab.yaml -Explain)[0]
        'LabRunner.LabOverriddenValue' = [LabRunner.LabOverriddenValue]::new(1, 'lab.yaml', 2, 3)
        'LabRunner.LabDependency' = @(Get-LabRunnerDependencies -Check)[0]
        'LabRunner.LabRunSummary' = $status.Labs[0].LastRun
        'LabRunner.LabRunRecord' = Get-LabRun views -Last 1
        'LabRunner.LabRunReason' = @(Get-LabRun views -Last 1 -Why)[0]
        'LabRunner.LabRunOperation' = @(Get-LabRun views -Last 1 | Get-LabRunOperation disk)[0]
        'LabRunner.LabRunError' = @(Get-LabRun views -Last 1 | Get-LabRunOperation disk)[0].Error
        'LabRunner.LabRunAttempt' = @(Get-LabRun again -Last 1 | Get-LabRunOperation)[0].FailedAttempts[0]
        'LabRunner.LabRunOutput' = @(Get-LabRun views -Last 1 | Get-LabRunOutput disk)[0]
        'LabRunner.LabResumeStep' = @(Resume-LabRun -Name views -Force -WhatIf)[0]
        'LabRunner.LabStatus' = $status.Labs[0]
        'LabRunner.LabStatusReport' = $status
        'LabRunner.ParallelSupport' = Test-ParallelRunnerSupport -Detailed
        'LabRunner.LabPerformance' = $performance
        'LabRunner.LabRunPerformance' = Get-LabRun views -Last 1 | Get-LabPerformance
        'LabRunner.LabOperationPerformance' = $performance.SlowestOperations[0]
        'LabRunner.LabExecutionPlan' = $plan
        'LabRunner.LabPlannedOperation' = $plan.Operations[0]
        'LabRunner.LabSkippedOperation' = (Get-LabPlan -ConfigurationPath lab.yaml -Exclude disk).Skipped[0]
        'LabRunner.LabPlanDifference' = $difference
        'LabRunner.LabChangedOperation' = $difference.Changed[0]
        'LabRunner.LabPlanChange' = $difference.Changed[0].Changes[0]
        'LabRunner.LabRunnerConfiguration' = Get-LabRunnerConfiguration
        'LabRunner.LabSetting' = (Get-LabRunnerConfiguration).Settings[0]
        'LabRunner.LabHealth' = $health
        'LabRunner.LabHealthCheck' = $health.Checks[0]
        'LabRunner.LabRunHealth' = $watched.Health
        'LabRunner.LabHealthState' = $watched.Health.Checks[0]
        'LabRunner.LabSystemUsage' = $usage
        'LabRunner.LabProcessUsage' = $usage.Processes[0]
    }

    # The names of what an object has to show; a dictionary's keys are shown like properties.
    function Get-Shown([object] $Item) {
        $Item.psobject.Properties.Name
        if ($Item -is [System.Collections.IDictionary]) { $Item.Keys }
    }
    # A type that is shown by its name, which says nothing; ids of errors begin like that too.
    $script:typeName = 'LabRunner\.(Lab[A-Z]|Parallel|Skip|Interop)|System\.Collections'
    function Get-Text([object[]] $Item, [int] $Width = 120) { ($Item | Out-String -Width $Width) -replace '\r' }
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    $env:LABRUNNER_HOME = $script:before
    Set-Location $PSScriptRoot
}

Describe 'The views of <Type>' -ForEach $types {
    BeforeAll {
        $script:sample = $samples[$Type]
        $script:own = @($views | Where-Object { $_.ViewSelectedBy.TypeName -contains $Type })
    }

    It 'are tried here' {
        , $sample | Should -Not -BeNullOrEmpty
        $sample.psobject.TypeNames | Should -Contain $Type
    }

    It 'have a table' {
        @($own | Where-Object TableControl).Count | Should -Be 1
    }

    It 'name what the object has' {
        $shown = Get-Shown $sample
        $named = foreach ($view in $own) {
            $view.SelectNodes('.//Label').InnerText
            $view.SelectNodes('.//PropertyName').InnerText
            $view.SelectNodes('.//ScriptBlock').InnerText | Select-String -Pattern '(?<![}\]\w] )\$_\.(\w+)' -AllMatches | ForEach-Object { $_.Matches[0].Groups[1].Value }
        }
        $named | Where-Object { $_ -and $_ -notin 'ToString' } | Sort-Object -Unique | Should -BeIn $shown
    }

    It 'are followed by a list of what the object has, after an object of another type' {
        $list = (Get-TypeData -TypeName $Type).DefaultDisplayPropertySet.ReferencedProperties
        if ($list) { $list | Should -BeIn (Get-Shown $sample) }
        $text = Get-Text @((Get-Item -LiteralPath lab.yaml), $sample)
        $text | Should -Not -Match $typeName
    }

    It 'put it into a table without the name of a type in it' {
        $text = ($sample | Format-Table | Out-String -Width 200) -replace '\r'
        $header = ($text -split '\n').Where({ $_.Trim() })[0]
        foreach ($label in ($own | Where-Object TableControl).SelectNodes('.//Label').InnerText) { $header | Should -Match "\b$label\b" }
        $text | Should -Not -Match $typeName
    }

    It 'show what comes back from a file as they show the object itself' {
        $file = Join-Path $TestDrive "$Type.xml"
        $sample | Export-Clixml -LiteralPath $file -Depth 4
        $back = Import-Clixml -LiteralPath $file
        if ($sample -is [System.Collections.IDictionary]) {
            # PowerShell makes a plain hashtable of it, with the keys and without the type.
            $back | Format-Table | Out-String | Should -Match '(?m)^Name\s+Value'
            return
        }
        (($back | Format-Table | Out-String -Width 200) -replace '\s+', ' ') | Should -Be (($sample | Format-Table | Out-String -Width 200) -replace '\s+', ' ')
    }
}

Describe 'A report' {
    It 'has what its view shows' {
        $report.Success | Should -BeFalse
        $report.Status | Should -Be 'PartiallySucceeded'
        $report.Name | Should -Be 'views'
        $report.StartTime | Should -Be $report.Summary.StartTime
        $report.Duration | Should -Be $report.Summary.Duration
        $report.RunDirectory | Should -Exist
        $report.Operations | Should -Be 3
    }

    It 'counts the operations of what was planned or checked only' {
        (Start-AdvancedLabOrchestration -ConfigurationPath lab.yaml -DryRun).Operations | Should -Be 3
        (Start-LabAutomation -ConfigPath lab.yaml -DryRun).Operations | Should -Be 3
        (Start-LabAutomation -ConfigPath lab.yaml -ValidationOnly).Operations | Should -Be 3
        (Start-LabAutomation -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { 1 } } } -ValidationOnly).Operations | Should -Be 1
        $automation.Operations | Should -Be 3
    }

    It 'says why nothing was run once' {
        $none = Start-LabAutomation -LabName 'no-such-lab' -ErrorAction SilentlyContinue
        ([regex]::Matches((Get-Text $none 400), 'has no file')).Count | Should -Be 1
    }
}

Describe 'The table of results' {
    It 'shows the outcome of README''s example in one line each at 80 columns' {
        Get-Text $results 80 | Should -Match '(?m)^ +node +Skipped +0 ms ''disk'' did not succeed *$'
    }

    It 'shows whole names, in as many lines as they need' {
        $named = Invoke-ParallelLabRunner -Operations @{ Name = 'Deploy-WebServer-with-a-rather-long-name-12'; ScriptBlock = { 1 } }
        (Get-Text $named 80) -replace '\s+' | Should -Match 'name-12'
        Get-Text $named 120 | Should -Match 'Deploy-WebServer-with-a-rather-long-name-12'
    }
}

Describe 'The tables of recorded runs' {
    It 'show a run in one line at <_> columns, with how many operations failed and were skipped' -ForEach 80, 120 {
        $lines = (Get-Text (Get-LabRun views) $_).Trim() -split '\n'
        $lines[0] -replace ' +', ' ' | Should -Be 'Id StartTime Name Status Duration Share Failed Skipped'
        $lines.Count | Should -Be (2 + @(Get-LabRun views).Count)
        $lines[2] | Should -Match '^[0-9a-f]{8} \d\d-\d\d \d\d:\d\d +views +(PartiallySucceeded|Failed) +[\d.]+ m?s ██▒▒░ +1 +1$' -Because 'one of three succeeded, one failed and one was skipped'
    }

    It 'show how far a run is that is under way, and the year of one that is long past' {
        [LabRunner.LabDisplay]::RunStatus('Running', [ordered]@{ Succeeded = 3; Running = 2; Waiting = 3 }, $PSStyle) | Should -Match 'Running.* 3/8$'
        [LabRunner.LabDisplay]::RunStatus('Succeeded', @{ Succeeded = 3 }, $null) | Should -Be 'Succeeded'
        [LabRunner.LabDisplay]::Short((Get-Date).AddDays(-400)) | Should -Match '^\d{4}-\d\d-\d\d$'
        [LabRunner.LabDisplay]::Short($null) | Should -Be ''
    }

    It 'show how the operations of a run are shared among what became of them' {
        (Get-LabRun views -Last 1).Share | Should -BeGreaterThan 0.33
        (Get-LabRun views -Last 1).Share | Should -BeLessThan 0.34
        [LabRunner.LabDisplay]::Shares(@{ Succeeded = 9 }, 5, $null) | Should -Be '█████'
        [LabRunner.LabDisplay]::Shares(@{ Succeeded = 3; Running = 2; Waiting = 5 }, 5, $null) | Should -Be '██   '
        [LabRunner.LabDisplay]::Shares(@{ Succeeded = 9997; Failed = 1; Skipped = 2 }, 5, $null) | Should -Be '███▒░' -Because 'a single failure has a place too'
        [LabRunner.LabDisplay]::Shares(@{ Succeeded = 1; TimedOut = 1; Canceled = 1; Backoff = 1 }, 5, $null) | Should -Match '^(?=.{5}$)█+▒+░+ +$'
        [LabRunner.LabDisplay]::Shares(@{}, 5, $null), [LabRunner.LabDisplay]::Shares($null, 5, $null) | Should -Be '', ''
        $coloured = [LabRunner.LabDisplay]::Shares(@{ Succeeded = 3; Failed = 2 }, 5, $PSStyle)
        $coloured | Should -Be "$($PSStyle.Foreground.Green)███$($PSStyle.Reset)$($PSStyle.Foreground.Red)▒▒$($PSStyle.Reset)"
    }

    It 'show which part of the run''s time an operation took' {
        [LabRunner.LabDisplay]::Bar(1, 6), [LabRunner.LabDisplay]::Bar(0.5, 6), [LabRunner.LabDisplay]::Bar(0.26, 2), [LabRunner.LabDisplay]::Bar(0.0001, 6) | Should -Be '██████', '███', '▌', '▏'
        [LabRunner.LabDisplay]::Bar(7, 6), [LabRunner.LabDisplay]::Bar(0, 6), [LabRunner.LabDisplay]::Bar($null, 6) | Should -Be '██████', '', ''
        $null = Invoke-ParallelLabRunner -RunName 'shares' @{ Name = 'all'; ScriptBlock = { [System.Threading.Thread]::Sleep(300) } }
        (Get-LabRun shares -Last 1 | Get-LabRunOperation).Share | Should -BeGreaterThan 0.1
        (Get-LabRun views -Last 1 | Get-LabRunOperation node).Share | Should -BeNullOrEmpty -Because 'it was skipped'
    }

    It 'leave most of the width to what was written, and have no line beyond it, at <_> columns' -ForEach 80, 120 {
        $run = Get-LabRun views -Last 1
        $text = Get-Text ($run | Get-LabRunOutput disk) $_
        $text | Should -Match '(?m)^[\d:.]+ disk +Warning +nearly full'
        foreach ($lines in $text, (Get-Text ($run | Get-LabRunOperation) $_), (Get-Text $run $_), (Get-Text @(Resume-LabRun -Name views -Force -WhatIf) $_)) {
            ($lines -split '\n' | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual $_
        }
        ($run | Get-LabRunOperation disk).Error | Out-String -Width $_ | Should -Match '(?m)^Message +: no space left'
        Get-Text ($run | Get-LabRunOperation) $_ | Should -Match '(?m)^[\d:]+ +disk +Failed +\d+ m?s +[█▏▎▍▌▋▊▉]* *1 +no space left *$'
    }
}

Describe 'Results outside of the session' {
    BeforeAll {
        # A conversion that would walk into the engine is stopped instead of filling the memory.
        function ConvertTo-BoundedJson([object] $Item) {
            $shell = [powershell]::Create().AddCommand('ConvertTo-Json').AddParameter('InputObject', $Item).AddParameter('Depth', 20)
            try {
                $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
                $call = $shell.BeginInvoke[psobject, psobject]($null, $output)
                if (-not $call.AsyncWaitHandle.WaitOne(60000)) {
                    $shell.Stop()
                    throw 'The conversion did not end within a minute.'
                }
                $null = $shell.EndInvoke($call)
                $output[0]
            } finally {
                $shell.Dispose()
            }
        }
    }

    It 'are small as JSON of any depth, <Name>' -ForEach @(
        @{ Name = 'results'; Item = { $results } }
        @{ Name = 'one result'; Item = { $results[1] } }
        @{ Name = 'a report'; Item = { $report } }
        @{ Name = 'the result of Start-LabAutomation'; Item = { $automation } }
        @{ Name = 'what -Scripts gives'; Item = { Invoke-ParallelLabRunner -Scripts @({ throw 'no' }) 2> $null 6> $null } }
        @{ Name = 'the records of an operation'; Item = { , $results[1].Records } }
        @{ Name = 'the result of an operation in a process of its own'; Item = { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; Isolation = 'Process'; ScriptBlock = { Get-Item /nowhere } } 2> $null } }
        @{ Name = 'the terminating error''s results'; Item = { try { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { throw 'no' } } -ThrowOnFailure 2> $null } catch { , $_.TargetObject } } }
    ) {
        $text = ConvertTo-BoundedJson (& $Item)
        $text.Length | Should -BeLessThan 200KB
        $text | Should -Match 'Succeeded|Failed|Warning'
    }

    It 'are small as JSON of any depth where operations put out live objects, <Name>' -ForEach @(
        @{ Name = 'files and folders'; Script = { Get-Item -LiteralPath $PSHOME; Get-ChildItem -LiteralPath $PSHOME -File | Select-Object -First 3 } }
        @{ Name = 'a process'; Script = { Get-Process -Id $PID } }
        @{ Name = 'a file in a dictionary in a list'; Script = { , @(1, @{ File = Get-Item -LiteralPath $PSHOME }) } }
        @{ Name = 'a file in an object'; Script = { [pscustomobject]@{ File = Get-Item -LiteralPath $PSHOME; Size = 3 } } }
        @{ Name = 'a command and a type'; Script = { Get-Command Get-Item; [int] } }
        @{ Name = 'information'; Script = { Write-Information -MessageData (Get-Process -Id $PID); 1 } }
    ) {
        $live = Invoke-ParallelLabRunner -Operations @{ Name = 'live'; ScriptBlock = $Script } -InformationAction SilentlyContinue
        $text = ConvertTo-BoundedJson $live
        $text.Length | Should -BeLessThan 200KB
        ($text | ConvertFrom-Json).Status | Should -Be 'Succeeded'
        (ConvertTo-BoundedJson (Invoke-ParallelLabRunner -Scripts $Script -InformationAction SilentlyContinue 6> $null)).Length | Should -BeLessThan 400KB
    }

    It 'have in JSON what an object itself has, and the object itself for scripts' {
        $live = Invoke-ParallelLabRunner -Operations @{ Name = 'live'; ScriptBlock = { Get-Item -LiteralPath $PSHOME; Write-Information -MessageData (Get-Item -LiteralPath $PSHOME) } } -InformationAction SilentlyContinue
        $live.Output[0] | Should -BeOfType ([System.IO.DirectoryInfo])
        $live.Result.Parent.FullName | Should -Be (Get-Item -LiteralPath $PSHOME).Parent.FullName
        $live.Records[0].Data.MessageData | Should -BeOfType ([System.IO.DirectoryInfo])
        $back = ConvertTo-BoundedJson $live | ConvertFrom-Json
        $back.Output[0].FullName | Should -Be $live.Result.FullName
        $back.Output[0].Exists | Should -BeTrue
        $back.Output[0].PSPath | Should -BeLike "*$($live.Result.Name)"
        $back.Result.Parent | Should -Be "$($live.Result.Parent)"
        $plain = Invoke-ParallelLabRunner -Operations @{ Name = 'plain'; ScriptBlock = { @{ Deep = @{ Deeper = @{ Deepest = 1, 'two' } } } } }
        (ConvertTo-BoundedJson $plain | ConvertFrom-Json).Result.Deep.Deeper.Deepest | Should -Be 1, 'two'
        (Invoke-ParallelLabRunner -Scripts { Get-Item -LiteralPath $PSHOME }).Results[0].Result | Should -BeOfType ([System.IO.DirectoryInfo])
    }

    It 'say in JSON what went wrong, where, and with which status' {
        $back = ConvertTo-BoundedJson $results[1] | ConvertFrom-Json
        $back.Status | Should -Be 'Failed'
        $back.Error | Should -Be 'no space left'
        $back.ErrorRecord.Message | Should -Be 'no space left'
        $back.ErrorRecord.FullyQualifiedErrorId | Should -Be 'no space left'
        $back.ErrorRecord.Category | Should -Be 'OperationStopped'
        $back.ErrorRecord.PositionMessage | Should -Match 'throw ''no space left'''
        $back.ErrorRecord.ScriptStackTrace | Should -Match 'Views.Tests.ps1: line'
        $back.Errors.Message | Should -Be 'slow', 'no space left'
        $back.Warnings.Message | Should -Be 'nearly full'
        $back.Records.Stream | Should -Be 'Warning', 'Error'
    }

    It 'keep the records themselves for scripts' {
        $results[1].ErrorRecord | Should -BeOfType ([System.Management.Automation.ErrorRecord])
        $results[1].ErrorRecord.Exception.Message | Should -Be 'no space left'
        $results[1].Errors[0] | Should -BeOfType ([System.Management.Automation.ErrorRecord])
        $results[1].Errors[0].InvocationInfo.ScriptLineNumber | Should -BeGreaterThan 0
        $results[1].Warnings[0] | Should -BeOfType ([System.Management.Automation.WarningRecord])
        $results[1].Records[1].Data | Should -BeOfType ([System.Management.Automation.ErrorRecord])
        ($results | Where-Object ErrorRecord).Name | Should -Be 'disk'
        ($results | Select-Object -ExpandProperty Errors).Count | Should -Be 2
        # Also where the module is not imported.
        ($results[1] | ForEach-Object -Parallel { $_.Errors[1].Exception.GetType().Name }) | Should -Be 'RuntimeException'
    }

    It 'come back from a file with their status, outcome and errors' {
        $results | Export-Clixml -LiteralPath results.xml
        (Get-Item -LiteralPath results.xml).Length | Should -BeLessThan 500KB
        $back = Import-Clixml -LiteralPath results.xml
        $back.Status | Should -Be 'Succeeded', 'Failed', 'Skipped'
        $back[1].Errors.Exception.Message | Should -Be 'slow', 'no space left'
        Get-Text $back | Should -Match '(?m)^[\d:]+ +disk +Failed +\d+ \w+ no space left'
    }

    It 'are words in CSV too' {
        ($results | ConvertTo-Csv | ConvertFrom-Csv).Status | Should -Be 'Succeeded', 'Failed', 'Skipped'
    }
}

Describe 'Two copies of one build' {
    BeforeAll {
        foreach ($copy in 'one', 'two') { Copy-Item -LiteralPath $module -Destination (Join-Path $TestDrive $copy 'LabRunner') -Recurse }
        $script:one = Join-Path $TestDrive one LabRunner
        $script:two = Join-Path $TestDrive two LabRunner
        $script:works = '(Invoke-ParallelLabRunner -Operations @{ Name = "a"; ScriptBlock = { 1 } }).Status; (Get-Module LabRunner).Count'
    }

    It 'can be imported one after the other, <Name>' -ForEach @(
        @{ Name = 'as they are'; Again = '' }
        @{ Name = 'with -Force'; Again = '-Force' }
    ) {
        $code = "`$ErrorActionPreference = 'Stop'; Import-Module '$one'; Import-Module '$two' $Again; Import-Module '$one' $Again; $works"
        Invoke-SamePowerShell -Command $code *>&1 | Should -Be 'Succeeded', '2'
    }

    It 'show objects alike, and go on when one is removed' {
        $code = "Import-Module '$one'; Import-Module '$two'; Get-Module LabRunner | Where-Object ModuleBase -EQ '$one' | Remove-Module; Import-Module '$two' -Force; " +
        '$r = Invoke-ParallelLabRunner -Operations @{ Name = "a"; ScriptBlock = { 1 } }; (Get-Date), $r | Out-String'
        $text = (Invoke-SamePowerShell -Command $code *>&1) -join "`n"
        $text | Should -Match '(?m)^Outcome +: 1'
        $text | Should -Not -Match 'WorkerId'
    }
}
