# The blocks of settings for a place - a workstation, a server, a build system - that scripts splat into the commands that run.

Describe 'The settings of a place' {
    BeforeAll {
        $script:dev = @{ Verbosity = 'detailed'; ShowProgress = $true; ContinueOnError = $true; MaxParallelism = 2 }
        $script:prod = @{ Verbosity = 'normal'; ShowProgress = $false; ContinueOnError = $false; MaxParallelism = 8; LogLevel = 'INFO' }
        $script:ci = @{ Verbosity = 'silent'; NonInteractive = $true; ShowProgress = $false; Timeout = 30 }
        $script:talks = {
            Write-Verbose 'a verbose line'
            Write-Debug 'a debug line'
            Write-Information 'an information'
            Write-Warning 'a warning'
            "Confirm is $ConfirmPreference, progress $ProgressPreference, information $InformationPreference"
        }
        $script:operations = @(
            @{ Name = 'bad'; ScriptBlock = { throw 'no' }; Priority = 1 }
            @{ Name = 'talks'; ScriptBlock = $talks; Priority = 2 }
        )
        # Streams 3 to 6 of a call, as the texts that are shown.
        function Get-Said([object[]] $Records, [type] $Type) { @($Records | Where-Object { $_ -is $Type } | ForEach-Object { "$_" }) }
        $script:lab = Join-Path $TestDrive 'place.yaml'
        Set-Content $lab @'
name: place
operations:
  - name: bad
    priority: 1
    script: throw 'no'
  - name: talks
    priority: 2
    script: |
      Write-Verbose 'a verbose line'
      Write-Debug 'a debug line'
      Write-Information 'an information'
      Write-Warning 'a warning'
      "Confirm is $ConfirmPreference, progress $ProgressPreference, information $InformationPreference"
'@

        # What a person sees: the screen of a PowerShell of its own, after each of the calls.
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        $calls = '-LogLevel DEBUG', '-LogLevel VERBOSE', '-LogLevel INFO', '-LogLevel WARN', '-LogLevel ERROR', '-Verbosity silent', '-NonInteractive:$false',
            '-Verbosity detailed -LogLevel ERROR -Verbose:$false -WarningAction Continue -InformationAction Continue'
        $script = Join-Path $TestDrive 'screens.ps1'
        Set-Content $script @(
            "Import-Module '$((Get-Module LabRunner).ModuleBase)'"
            "`$InformationPreference = 'Continue'; `$PSStyle.OutputRendering = 'PlainText'"
            "`$operations = @{ Name = 'talks'; ScriptBlock = { $talks } }"
            foreach ($call in $calls) { "'== $call'"; "`$null = Invoke-ParallelLabRunner -Operations `$operations $call" }
        )
        $script:screens = @{}
        foreach ($line in Invoke-SamePowerShell -File $script) {
            if ($line -match '^== (.*)') { $screens[($call = $Matches[1])] = @() } elseif ($line -notmatch "^VERBOSE: Operation 'talks'") { $screens[$call] += $line }
        }
    }

    Context '<Command>' -ForEach @(
        @{ Command = 'Invoke-ParallelLabRunner'; Run = { param($Place) Invoke-ParallelLabRunner -Operations $operations @Place } }
        @{ Command = 'Invoke-SequentialExecution'; Run = { param($Place) Invoke-SequentialExecution -Operations $operations @Place } }
        @{ Command = 'Start-AdvancedLabOrchestration'; Run = { param($Place) (Start-AdvancedLabOrchestration $lab -OrchestrationMode Sequential @Place).Results } }
        @{ Command = 'Start-LabAutomation with a file'; Run = { param($Place) (Start-LabAutomation -ConfigPath $lab @Place).Results } }
        @{ Command = 'Start-LabAutomation with an object'; Run = { param($Place) (Start-LabAutomation -Configuration @{ Operations = $operations } @Place).Results } }
    ) {
        It 'says more and goes on after a failure with the block for development' {
            $all = & $Run $dev *>&1
            Get-Said $all ([System.Management.Automation.VerboseRecord]) | Should -Contain '[talks] a verbose line'
            Get-Said $all ([System.Management.Automation.DebugRecord]) | Should -Not -Contain '[talks] a debug line'
            Get-Said $all ([System.Management.Automation.WarningRecord]) | Should -Contain '[talks] a warning'
            @($all | Where-Object Name -EQ 'talks').Status | Should -Be 'Succeeded'
        }

        It 'says what is said without it, and stops after a failure, with the block for production' {
            $said = & $Run ($prod + @{ InformationAction = 'Continue' }) *>&1
            $all = @($said | Where-Object { $_.PSObject.Properties['Status'] })
            Get-Said $said ([System.Management.Automation.VerboseRecord]) | Should -Not -Contain '[talks] a verbose line'
            ($all | Where-Object Name -EQ 'bad').Status | Should -Be 'Failed'
            # Where both may run at the same time, both have started by then.
            if ($Command -in 'Invoke-SequentialExecution', 'Start-AdvancedLabOrchestration') { ($all | Where-Object Name -EQ 'talks').Status | Should -Be 'Skipped' }
        }

        It 'is silent and asks nothing with the block for a build system' {
            $said = @(& $Run ($ci + @{ ContinueOnError = $true }) *>&1)
            Get-Said $said ([System.Management.Automation.VerboseRecord]) | Should -BeNullOrEmpty
            Get-Said $said ([System.Management.Automation.WarningRecord]) | Should -Contain '[talks] a warning'
            ($said | Where-Object { $_.PSObject.Properties['Status'] -and $_.Name -eq 'talks' }).Output |
                Should -Be 'Confirm is None, progress SilentlyContinue, information SilentlyContinue'
        }
    }

    It 'stops after a failure with -ContinueOnError:$false, whatever lab and settings say' {
        $goesOn = Join-Path $TestDrive 'goes-on.yaml'
        Set-Content $goesOn @('settings: { failure-strategy: continue }', (Get-Content $lab))
        (Start-AdvancedLabOrchestration $goesOn -OrchestrationMode Sequential 2>$null 3>$null).Results.Status | Should -Be 'Failed', 'Succeeded'
        (Start-AdvancedLabOrchestration $goesOn -OrchestrationMode Sequential -ContinueOnError:$false 2>$null 3>$null).Results.Status | Should -Be 'Failed', 'Skipped'
        (Start-LabAutomation -ConfigPath $goesOn @prod -MaxConcurrency 1 2>$null 3>$null).Results.Status | Should -Be 'Failed', 'Skipped'
        (Start-LabAutomation -Configuration @{ Operations = $operations; FailureStrategy = 'Continue' } -ContinueOnError:$false 2>$null 3>$null).Results.Status | Should -Be 'Failed', 'Skipped'
        try {
            Set-LabRunnerConfiguration -FailureStrategy Continue -Scope Process
            (Invoke-SequentialExecution $operations -ContinueOnError:$false 2>$null 3>$null).Status | Should -Be 'Failed', 'Skipped'
        } finally { Reset-LabRunnerConfiguration -Scope Process }
        (Invoke-ParallelLabRunner -Scripts { throw 'no' }, { 1 } -ContinueOnError:$false -MaxConcurrency 1 2>$null 6>$null).Results.Success | Should -Not -Contain $true
    }

    It 'leaves a lab that rolls back its strategy with -ContinueOnError:$false' {
        $undone = Join-Path $TestDrive 'undone'
        $file = Join-Path $TestDrive 'rolls-back.yaml'
        Set-Content $file 'settings: { failure-strategy: rollback }', 'operations:', '  - { name: made, script: "1", rollback: "Set-Content -LiteralPath $env:LABRUNNER_TEST_UNDONE 1" }', '  - { name: bad, dependencies: [made], script: "throw 1" }'
        try {
            $env:LABRUNNER_TEST_UNDONE = $undone
            (Start-AdvancedLabOrchestration $file -ContinueOnError:$false 2>$null 3>$null).Results[0].RolledBack | Should -BeTrue
            $undone | Should -Exist
        } finally { Remove-Item Env:LABRUNNER_TEST_UNDONE }
        $configuration = @{ FailureStrategy = 'Rollback'; Operations = @{ Name = 'made'; ScriptBlock = { 1 }; Rollback = { } }, @{ Name = 'bad'; Dependencies = 'made'; ScriptBlock = { throw 'no' } } }
        (Start-LabAutomation -Configuration $configuration -ContinueOnError:$false 2>$null 3>$null).Results.Where({ $_.Name -eq 'made' }).RolledBack | Should -BeTrue
    }

    It 'refuses to go on and to stop at once: <Arguments.ContinueOnError>' -ForEach @(
        @{ Arguments = @{ ContinueOnError = $true; FailureStrategy = 'Rollback' } }
        @{ Arguments = @{ ContinueOnError = $false; FailureStrategy = 'Continue' } }
    ) {
        { Start-AdvancedLabOrchestration $lab @Arguments } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
        { Start-LabAutomation -ConfigPath $lab @Arguments } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
        { Invoke-ParallelLabRunner $operations @Arguments } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
    }

    It 'shows progress as lines with -NonInteractive, and only then: <Extra>' -ForEach @(
        @{ Extra = @{ ShowProgress = $true }; Shown = $true }
        @{ Extra = @{ ShowProgress = $false }; Shown = $false }
        @{ Extra = @{ ShowProgress = $true; Verbosity = 'silent' }; Shown = $false }
        @{ Extra = @{ ShowProgress = $true; ProgressAction = 'SilentlyContinue' }; Shown = $false }
    ) {
        $quick = Join-Path $TestDrive 'quick.yaml'
        Set-Content $quick 'operations: [{ name: tells, script: "1" }]'
        $tells = @{ Name = 'tells'; ScriptBlock = { "progress $ProgressPreference" } }
        foreach ($call in { Invoke-ParallelLabRunner $tells -NonInteractive @Extra }, { Invoke-SequentialExecution $tells -NonInteractive @Extra }, { Start-LabAutomation -Configuration @{ Operations = $tells } -NonInteractive @Extra }, { Start-LabAutomation -ConfigPath $quick -NonInteractive @Extra }, { Start-AdvancedLabOrchestration $quick -NonInteractive @Extra }) {
            $said = @(& $call *>&1)
            @($said | Where-Object { "$_" -match '^\[1/1\] tells: Succeeded after' }).Count | Should -Be ([int] $Shown) -Because "$call"
            $output = $said | Where-Object { $_.PSObject.Properties['Output'] } | ForEach-Object Output
            if ($output) { $output | Should -Be 'progress SilentlyContinue' }
        }
    }

    It 'shows no progress where the calling script shows none, with -NonInteractive -ShowProgress too' {
        $ProgressPreference = 'SilentlyContinue'
        $said = Invoke-ParallelLabRunner @{ Name = 'tells'; ScriptBlock = { } } -NonInteractive -ShowProgress *>&1
        @($said | Where-Object { "$_" -like '*tells: Succeeded*' -and $_ -is [System.Management.Automation.InformationRecord] }) | Should -BeNullOrEmpty
    }

    It 'gives an operation the limit of -Timeout in minutes' {
        $waits = @{ Name = 'waits'; ScriptBlock = { Start-Sleep -Seconds 3600 } }
        (Invoke-ParallelLabRunner -Operations $waits -Timeout 0.005 2>$null).Status | Should -Be 'TimedOut'
        $file = Join-Path $TestDrive 'waits.yaml'
        Set-Content $file 'name: waits', 'settings: {timeout: 1h}', 'operations: [{name: waits, script: Start-Sleep 3600}]'
        (Start-AdvancedLabOrchestration $file -Timeout 0.005 2>$null).Results.Status | Should -Be 'TimedOut'
        (Start-LabAutomation -ConfigPath $file -Timeout 0.005 2>$null).Results.Status | Should -Be 'TimedOut'
    }

    It 'shows what <Call> lets through' -ForEach @(
        @{ Call = '-LogLevel DEBUG'; Said = 'VERBOSE: a verbose line', 'DEBUG: a debug line', 'an information', 'WARNING: a warning' }
        @{ Call = '-LogLevel VERBOSE'; Said = 'VERBOSE: a verbose line', 'an information', 'WARNING: a warning' }
        @{ Call = '-LogLevel INFO'; Said = 'an information', 'WARNING: a warning' }
        @{ Call = '-LogLevel WARN'; Said = , 'WARNING: a warning' }
        @{ Call = '-LogLevel ERROR'; Said = @() }
        @{ Call = '-Verbosity silent'; Said = , 'WARNING: a warning' }
        @{ Call = '-NonInteractive:$false'; Said = 'an information', 'WARNING: a warning' }
        # Common parameters come first.
        @{ Call = '-Verbosity detailed -LogLevel ERROR -Verbose:$false -WarningAction Continue -InformationAction Continue'; Said = 'an information', 'WARNING: a warning' }
    ) {
        $screens.$Call | Should -Be $Said
    }

    It 'holds for a job, too, and for that call alone' {
        $job = Invoke-ParallelLabRunner -Operations @{ Name = 'talks'; ScriptBlock = $talks } @ci -AsJob
        $said = $job | Wait-Job | Receive-Job *>&1
        $job | Remove-Job
        @($said | Where-Object { $_.PSObject.Properties['Status'] }).Output | Should -Be 'Confirm is None, progress SilentlyContinue, information SilentlyContinue'
        $later = Invoke-ParallelLabRunner -Operations @{ Name = 'talks'; ScriptBlock = $talks } 3>$null
        $later.Output | Should -Be "Confirm is $ConfirmPreference, progress $ProgressPreference, information $InformationPreference"
    }

    It 'refuses a word that it does not know' {
        { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { 1 } } -Verbosity loud } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }
}
