# What a person sees who runs lab files.

Describe 'Start-AdvancedLabOrchestration' {
    BeforeAll {
        $repository = Resolve-Path (Join-Path $PSScriptRoot '../..')
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        if ($env:LABRUNNER_LAB_WEB) {
            $env:PATH = (Split-Path $env:LABRUNNER_LAB_WEB) + [IO.Path]::PathSeparator + $env:PATH
        }
        function New-Lab([string] $Text, [string] $Name = 'lab.yaml') {
            $path = Join-Path $TestDrive $Name
            Set-Content $path $Text
            $path
        }
    }

    AfterAll { $env:LABRUNNER_HOME = $userHome }

    It 'runs the example lab in the mode <_>' -ForEach 'Sequential', 'Parallel', 'Intelligent' {
        $env:LABRUNNER_LAB_WEB | Should -Not -BeNullOrEmpty
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive "work-$_")
        Push-Location $folder
        try {
            $report = Start-AdvancedLabOrchestration -ConfigurationPath (Join-Path $repository 'examples/local-lab.yaml') -OrchestrationMode $_
        } finally {
            Pop-Location
        }
        $report.Error | Should -BeNullOrEmpty
        $report.Summary.Status | Should -Be 'Succeeded'
        $report.Summary.Mode | Should -Be $_
        $report.Results.Count | Should -Be 19
        $report.Results.Status | Should -Not -Contain 'Failed'
        ($report.Results | Where-Object Name -EQ 'request-nodes').Result | Should -BeLike '*nodes.html answers'
        $report.ValidationResults.Name | Should -Be 'validate-checksums', 'validate-deployment'
        if ($_ -eq 'Sequential') { $report.Metrics.PeakConcurrency | Should -Be 1 }
        Test-Path (Join-Path $report.Summary.RunDirectory 'run.json') | Should -BeTrue
        Test-Path (Join-Path $report.Summary.RunDirectory 'journal' '0001.jsonl') | Should -BeTrue
        Test-Path (Join-Path $report.Summary.RunDirectory 'result.json') | Should -BeTrue
        Get-ChildItem $folder | Should -BeNullOrEmpty -Because 'the lab cleans up'
    }

    It 'runs a custom order' {
        $lab = New-Lab @'
name: ordered
settings: { orchestration-mode: custom, custom-order: [c, a], max-concurrency: 1 }
operations:
  - { name: a, script: "[System.Diagnostics.Stopwatch]::GetTimestamp()" }
  - { name: b, script: "[System.Diagnostics.Stopwatch]::GetTimestamp()" }
  - { name: c, script: "[System.Diagnostics.Stopwatch]::GetTimestamp()" }
'@
        $report = Start-AdvancedLabOrchestration $lab
        (Get-Content (Join-Path $report.Summary.RunDirectory 'result.json') -Raw | ConvertFrom-Json).order_started | Should -Be 'c', 'a', 'b'
    }

    It 'plans only, with -DryRun' {
        $lab = New-Lab @'
name: dry
operations:
  - { name: a, script: "throw 'must not run'" }
  - { name: b, script: "'b'", dependencies: [a] }
'@
        $report = Start-AdvancedLabOrchestration -ConfigurationPath $lab -DryRun
        $report.Summary.DryRun | Should -BeTrue
        $report.Summary.Success | Should -BeTrue
        $report.ExecutionPlan.CriticalPath | Should -Be 'a', 'b'
        $report.Results | Should -BeNullOrEmpty
    }

    It 'stops at the first failure, or goes on with what does not depend on it' {
        $lab = New-Lab @'
name: failing
settings: { max-concurrency: 1 }
operations:
  - { name: bad, script: "throw 'no'", priority: 1 }
  - { name: after, script: "'x'", dependencies: [bad] }
  - { name: other, script: "'y'" }
'@
        $stopped = Start-AdvancedLabOrchestration $lab -FailureStrategy Stop 2>$null
        $stopped.Summary.Status | Should -Be 'Failed'
        $stopped.Results.Status | Should -Be 'Failed', 'Skipped', 'Skipped'
        $stopped.Error | Should -BeLike '*no*'
        $continued = Start-AdvancedLabOrchestration $lab -FailureStrategy Continue 2>$null
        $continued.Summary.Status | Should -Be 'PartiallySucceeded'
        $continued.Results.Status | Should -Be 'Failed', 'Skipped', 'Succeeded'
    }

    It 'says of custom providers that they are not available yet' {
        $lab = New-Lab "name: x`noperations:`n  - { name: a, script: `"'a'`" }"
        { Start-AdvancedLabOrchestration $lab -CustomProviders x } | Should -Throw -ErrorId 'LabRunner.NotAvailable*' -ExpectedMessage '*not available yet*'
    }

    It 'tries again, with -FailureStrategy Retry' {
        $lab = New-Lab @'
name: retried
settings: { retry: { count: 2, delay: 0 } }
operations:
  - name: flaky
    parameters: { File: FILE }
    script: |
      param($File)
      Add-Content $File x
      if (@(Get-Content $File).Count -lt 3) { throw 'not yet' }
'@.Replace('FILE', (Join-Path $TestDrive 'tries.txt'))
        $report = Start-AdvancedLabOrchestration $lab -FailureStrategy Retry
        $report.Summary.Status | Should -Be 'Succeeded'
        $report.Results[0].Attempts | Should -Be 3
    }

    It 'undoes what had succeeded, with -FailureStrategy Rollback' {
        $lab = New-Lab @'
name: undone
operations:
  - name: net
    parameters: { Name: blue }
    script: "param($Name) $Name"
    rollback: |
      param($Name)
      "$Name is gone"
  - { name: disk, dependencies: [net], script: "'disk'", rollback: "throw 'disk is busy'" }
  - { name: app, dependencies: [disk], script: "throw 'no'" }
'@
        $report = Start-AdvancedLabOrchestration $lab -FailureStrategy Rollback 2>$null
        $report.Summary.Status | Should -Be 'Failed'
        $report.Results.RolledBack | Should -Be $true, $false, $null
        ($report.Rollback | Where-Object Name -EQ 'net').Result | Should -Be 'blue is gone'
        ($report.Rollback | Where-Object Name -EQ 'disk').Status | Should -Be 'Failed'
        $report.Error | Should -BeLike '*disk (rollback): *disk is busy*'
        $report.Recommendations | Should -Contain "'disk' was not undone; what it left behind is still there."
    }

    It 'keeps to -ResourceLimits, and refuses what could never start' {
        $lab = New-Lab @'
name: hungry
settings: { resource-limits: { max-memory-gb: 16 } }
operations:
  - { name: a, resources: { memory-gb: 3 }, script: "'a'" }
  - { name: b, resources: { memory-gb: 3 }, script: "'b'" }
'@
        $report = Start-AdvancedLabOrchestration $lab -MaxConcurrency 2 -ResourceLimits @{ MaxMemoryGB = 4 }
        $report.Summary.Status | Should -Be 'Succeeded'
        $report.Metrics.PeakConcurrency | Should -Be 1
        { Start-AdvancedLabOrchestration $lab -ResourceLimits @{ MaxMemoryGB = 2 } -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.NeedAboveLimit*'
        { Start-AdvancedLabOrchestration $lab -ResourceLimits @{ MaxMemory = 2 } } | Should -Throw -ErrorId 'LabRunner.InvalidValue*' -ExpectedMessage "*'MaxMemory'*"
    }

    It 'names the place of <Case>' -ForEach @(
        @{ Case = 'malformed YAML'; Name = 'bad.yaml'; Text = "name: x`noperations:`n  - name: [a"; Id = 'LabRunner.MalformedYaml*'; Message = '*bad.yaml:*' }
        @{ Case = 'malformed JSON'; Name = 'bad.json'; Text = "{`n  `"name`": ,`n}"; Id = 'LabRunner.MalformedJson*'; Message = '*bad.json:2:*' }
        @{ Case = 'a key that appears twice'; Name = 'twice.yaml'; Text = "name: x`nname: y`noperations: []"; Id = 'LabRunner.DuplicateKey*'; Message = '*twice.yaml:2:1*' }
        @{ Case = 'an unknown provider'; Name = 'provider.yaml'; Text = "name: x`noperations:`n  - { name: a, provider: hyperv, script: x }"; Id = 'LabRunner.UnknownProvider*'; Message = "*provider.yaml:3:*hyperv*not available yet*" }
        @{ Case = 'a misspelt dependency'; Name = 'dependency.yaml'; Text = "name: x`noperations:`n  - { name: first, script: `"'a'`" }`n  - { name: b, script: `"'b'`", dependencies: [frist] }"; Id = 'LabRunner.UnknownDependency*'; Message = "*Did you mean 'first'*" }
        @{ Case = 'a syntax error in a script'; Name = 'script.yaml'; Text = "name: x`noperations:`n  - name: a`n    script: |`n      'fine'`n      if ("; Id = 'LabRunner.ScriptSyntax*'; Message = '*script.yaml:6*' }
    ) {
        $lab = New-Lab $Text $Name
        { Start-AdvancedLabOrchestration $lab -ErrorAction Stop } | Should -Throw -ErrorId $Id -ExpectedMessage $Message
    }

    It 'says that a file is missing' {
        { Start-AdvancedLabOrchestration (Join-Path $TestDrive 'nowhere.yaml') -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.FileUnreadable*' -ExpectedMessage '*nowhere.yaml*'
    }

    It 'hands script text on unchanged' {
        $lab = New-Lab @'
name: text
operations:
  - name: a
    parameters: { Value: 7 }
    script: |
      param($Value)
      $env:LABRUNNER_TEXT = 'set'
      "${env:LABRUNNER_TEXT}: {{0}} ${Value}:" # a comment
'@
        (Start-AdvancedLabOrchestration $lab).Results[0].Result | Should -Be 'set: {{0}} 7:'
    }

    It 'runs a program with the environment of the session' -Skip:$IsWindows {
        $env:LABRUNNER_PESTER = 'from the session'
        try {
            $lab = New-Lab @'
name: program
operations:
  - name: says
    provider: process
    command: sh
    arguments: [-c, 'echo "$LABRUNNER_PESTER"; echo oops >&2; exit 3']
'@
            $report = Start-AdvancedLabOrchestration $lab 2>$null 6>$null
        } finally {
            $env:LABRUNNER_PESTER = $null
        }
        $report.Results[0].Result | Should -Be 'from the session'
        $report.Results[0].ExitCode | Should -Be 3
        $report.Results[0].Error | Should -BeLike '*exit code 3*oops*'
        # Two pipes have no common order.
        $written = $report | Get-LabRunOutput
        $written | ForEach-Object { "$($_.Stream): $($_.Text)" } | Sort-Object | Should -Be 'Error: oops', 'Output: from the session'
        $written.IsProgram | Should -Be $true, $true
    }

    It 'leaves runs that Get-LabStatus and Get-LabPerformance know of' {
        $lab = New-Lab "name: remembered`noperations:`n  - { name: a, script: `"'a'`" }"
        $null = Start-AdvancedLabOrchestration $lab
        $status = Get-LabStatus -LabName remembered -IncludeHistory
        $status.Status | Should -Be 'Succeeded'
        $status.History[0].Counts.Succeeded | Should -Be 1
        $performance = Get-LabPerformance -LabName remembered
        $performance.Runs | Should -Be 1
        $performance.SuccessRate | Should -Be 1
        (Get-LabStatus -LabName never-seen).Status | Should -Be 'NotFound'
        (Get-LabPerformance -LabName never-seen).Runs | Should -Be 0
    }
}

Describe 'The example script' {
    It 'shows the table and where the files are' {
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        try {
            $text = & (Join-Path $PSScriptRoot '../../examples/run-local-lab.ps1') 6>&1 | Out-String -Width 160
        } finally {
            $env:LABRUNNER_HOME = $userHome
        }
        $text | Should -Match 'remove-workspace\s+Succeeded'
        $text | Should -Match 'Succeeded: 19 of 19 operations succeeded in'
        $text | Should -Match "The run's files are in"
    }
}
