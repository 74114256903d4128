# The configuration of the original's README: its module block and its three environment blocks are accepted as they stand, and
# every key does what docs/configuration.md says.

BeforeAll {
    $script:before = @{}
    foreach ($variable in 'LABRUNNER_HOME', 'LABRUNNER_CONFIG', 'LAB_CONSOLE_LEVEL') { $before[$variable] = [Environment]::GetEnvironmentVariable($variable) }
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    $env:LABRUNNER_CONFIG = Join-Path $TestDrive 'config.json'
    $env:LAB_CONSOLE_LEVEL = $null

    $script:module = @{
        DefaultParallelism = [Environment]::ProcessorCount
        MaxParallelism = 16
        DefaultTimeout = 60
        VerbosityLevel = 'normal'
        LogRetention = 30
        LogPath = Join-Path $TestDrive 'AitherZero/Logs'
        ShowProgress = $true
        ProgressRefreshInterval = 2
        ContinueOnError = $false
        MaxRetries = 3
        RetryDelay = 30
        PreferredShell = 'PowerShell'
        ShellTimeout = 300
        RequiredModules = @('Logging', 'ProgressTracking')
        OptionalModules = @('SecureCredentials', 'RemoteConnection')
    }
    $script:development = @{ Verbosity = 'detailed'; ShowProgress = $true; ContinueOnError = $true; MaxParallelism = 2 }
    $script:production = @{ Verbosity = 'normal'; ShowProgress = $false; ContinueOnError = $false; MaxParallelism = 8; LogLevel = 'INFO' }
    $script:ci = @{ Verbosity = 'silent'; NonInteractive = $true; ShowProgress = $false; Timeout = 30 }
}
AfterAll { foreach ($variable in $before.Keys) { [Environment]::SetEnvironmentVariable($variable, $before[$variable]) } }

Describe 'The configuration of the README' {
    AfterEach {
        Reset-LabRunnerConfiguration -Scope Process
        Remove-Item -LiteralPath $env:LABRUNNER_CONFIG -ErrorAction Ignore
    }

    It 'is splatted, for the process and for the user' -ForEach 'Process', 'User' {
        Set-LabRunnerConfiguration @module -Scope $_
        $now = Get-LabRunnerConfiguration
        $now.MaxConcurrency, $now.MaxParallelism, $now.DefaultTimeoutMinutes, $now.ShellTimeoutSeconds | Should -Be @([Environment]::ProcessorCount, 16, 60, 300)
        $now.Verbosity, $now.FailureStrategy, $now.PreferredShell, $now.MaxRetries, $now.RetryDelaySeconds | Should -Be @('normal', 'Stop', 'PowerShell', 3, 30)
        $now.LogRetentionDays, $now.ProgressIntervalSeconds, $now.ShowProgress, $now.LogPath | Should -Be @(30, 2, $true, $module.LogPath)
        $now.RequiredModules | Should -Be @('Logging', 'ProgressTracking')
        $now.OptionalModules | Should -Be @('SecureCredentials', 'RemoteConnection')
        $now.Origin.RequiredModules | Should -Be $_
        $now | Out-String | Should -Match 'RequiredModules\s+Logging, ProgressTracking'
    }

    It 'is accepted for each environment' {
        $now = Set-LabRunnerConfiguration @development -Scope Process -PassThru
        $now.Verbosity, $now.FailureStrategy, $now.MaxParallelism | Should -Be @('detailed', 'Continue', 2)
        $now = Set-LabRunnerConfiguration @production -Scope Process -PassThru
        $now.Verbosity, $now.FailureStrategy, $now.MaxParallelism, $now.LogLevel | Should -Be @('normal', 'Stop', 8, 'INFO')
        $now = Set-LabRunnerConfiguration @ci -Scope Process -PassThru
        $now.Verbosity, $now.NonInteractive, $now.ShowProgress, $now.DefaultTimeoutMinutes | Should -Be @('silent', $true, $false, 30)
    }

    It 'is accepted as the user''s file, under the same names' {
        $module.Remove('LogPath')
        $module | ConvertTo-Json | Set-Content -LiteralPath $env:LABRUNNER_CONFIG
        $now = Get-LabRunnerConfiguration
        $now.MaxParallelism, $now.FailureStrategy, $now.ShellTimeoutSeconds, $now.LogRetentionDays | Should -Be @(16, 'Stop', 300, 30)
        $now.OptionalModules | Should -Be @('SecureCredentials', 'RemoteConnection')
        ($now.Settings | Where-Object Origin -EQ 'User').Count | Should -Be $module.Count
        (Get-LabRunnerConfiguration -Name DefaultParallelism, Timeout).Name | Should -Be @('MaxConcurrency', 'DefaultTimeoutMinutes')
        Reset-LabRunnerConfiguration
        (Get-LabRunnerConfiguration).Origin.Values | Select-Object -Unique | Should -Be 'Default'
    }

    It 'is accepted as environment variables' {
        try {
            $env:LABRUNNER_REQUIRED_MODULES = 'Logging, ProgressTracking'
            $env:LABRUNNER_MAX_PARALLELISM = '3'
            (Get-LabRunnerConfiguration).RequiredModules | Should -Be @('Logging', 'ProgressTracking')
            (Get-LabRunnerConfiguration).MaxParallelism | Should -Be 3
        } finally { Remove-Item Env:LABRUNNER_REQUIRED_MODULES, Env:LABRUNNER_MAX_PARALLELISM }
    }

    It 'refuses what <Name> cannot be' -ForEach @(
        @{ Name = 'PreferredShell'; Value = 'cmd'; Says = '*one of PowerShell*' }
        @{ Name = 'Verbosity'; Value = 'loud'; Says = '*one of silent, normal, detailed*' }
        @{ Name = 'MaxParallelism'; Value = -1; Says = '*0 to 1024*' }
        @{ Name = 'ShellTimeout'; Value = -1; Says = '*ShellTimeoutSeconds*' }
    ) {
        $bad = @{ $Name = $Value }
        { Set-LabRunnerConfiguration @bad -Scope Process } | Should -Throw -ErrorId 'LabRunner.InvalidConfiguration*' -ExpectedMessage $Says
    }

    It 'refuses a strategy that contradicts itself' {
        { Set-LabRunnerConfiguration -ContinueOnError $true -FailureStrategy Stop -Scope Process } | Should -Throw -ExpectedMessage '*contradict*'
        (Set-LabRunnerConfiguration -ContinueOnError $true -FailureStrategy Continue -Scope Process -PassThru).FailureStrategy | Should -Be 'Continue'
    }
}

Describe 'What its keys do' {
    AfterEach {
        Reset-LabRunnerConfiguration -Scope Process
        Remove-Item -LiteralPath $env:LABRUNNER_CONFIG -ErrorAction Ignore
    }

    It 'MaxParallelism bounds what a call and a lab ask for' {
        Set-LabRunnerConfiguration -MaxParallelism 2 -Scope Process
        $operations = 1..4 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { 1 } } }
        (Get-LabPlan -Operations $operations -MaxConcurrency 8).MaxConcurrency | Should -Be 2
        (Invoke-ParallelLabRunner -Operations $operations -MaxParallelism 8 -DryRun).MaxConcurrency | Should -Be 2
        (Invoke-ParallelLabRunner -Operations $operations -Throttle 8 -DryRun).MaxConcurrency | Should -Be 2
        Set-Content -LiteralPath "$TestDrive/wide.yaml" -Value 'name: wide', 'settings: { max-concurrency: 8 }', 'operations: [{ name: a, script: "1" }]'
        (Start-AdvancedLabOrchestration "$TestDrive/wide.yaml" -DryRun).ExecutionPlan.MaxConcurrency | Should -Be 2
        Set-LabRunnerConfiguration -MaxParallelism 0 -MaxConcurrency 3 -Scope Process
        (Get-LabPlan -Operations $operations).MaxConcurrency | Should -Be 3
        (Get-LabPlan -Operations $operations -MaxConcurrency 8).MaxConcurrency | Should -Be 8
    }

    It 'ShellTimeout limits programs that have no limit of their own, and no others' {
        Set-LabRunnerConfiguration -ShellTimeout 300 -DefaultTimeout 60 -Scope Process
        $operations = @{ Name = 'program'; Command = 'ls' }, @{ Name = 'limited'; Command = 'ls'; Timeout = '7m' }, @{ Name = 'service'; Command = 'ls'; Mode = 'service'; Ready = '127.0.0.1:1' }, @{ Name = 'script'; ScriptBlock = { 1 } }
        $plan = Invoke-ParallelLabRunner -Operations $operations -DryRun
        $limit = @{}; foreach ($operation in $plan.Operations) { $limit[$operation.Name] = $operation.Timeout }
        $limit.program.TotalMinutes, $limit.limited.TotalMinutes | Should -Be @(5, 7)
        $limit.service, $limit.script | Should -Be @($null, $null)
        Set-Content -LiteralPath "$TestDrive/shell.yaml" -Value 'name: shell', 'operations:', '  - { name: program, provider: process, command: ls }', '  - { name: script, script: "1" }'
        $plan = (Start-AdvancedLabOrchestration "$TestDrive/shell.yaml" -DryRun).ExecutionPlan
        ($plan.Operations | Where-Object Name -EQ program).Timeout.TotalMinutes | Should -Be 5
        Set-Content -LiteralPath "$TestDrive/shell.yaml" -Value 'name: shell', 'settings: { timeout: 9m }', 'operations:', '  - { name: program, provider: process, command: ls }'
        (Start-AdvancedLabOrchestration "$TestDrive/shell.yaml" -DryRun).ExecutionPlan.Operations[0].Timeout | Should -BeNullOrEmpty -Because 'the lab has a limit of its own'
    }

    It 'RequiredModules are in every operation, and must be installed' {
        $null = New-Item -ItemType Directory "$TestDrive/modules/LabNeeded"
        Set-Content -LiteralPath "$TestDrive/modules/LabNeeded/LabNeeded.psm1" -Value 'function Get-Needed { "needed" }'
        $path = $env:PSModulePath
        try {
            $env:PSModulePath = "$TestDrive/modules$([System.IO.Path]::PathSeparator)$path"
            Set-LabRunnerConfiguration -RequiredModules LabNeeded -OptionalModules NobodyHasThis -Scope Process
            (Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { (Get-Command Get-Needed).Module.Name; (Get-Module LabNeeded).Name } }).Output | Should -Be @('LabNeeded', 'LabNeeded')
            Set-LabRunnerConfiguration -RequiredModules LabNeeded, NobodyHasThat -Scope Process
            $ran = "$TestDrive/ran"
            { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { Set-Content $using:ran 1 } } } | Should -Throw -ErrorId 'LabRunner.ModuleNotFound*' -ExpectedMessage "*'NobodyHasThat' is not installed*"
            $ran | Should -Not -Exist
        } finally { $env:PSModulePath = $path }
    }

    It 'Verbosity is that of scripts without one of their own, and of the log' {
        # In a session of its own: where a Logging module has been, the log is no longer the module's.
        . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
        Set-Content -LiteralPath "$TestDrive/verbosity.ps1" -Value "Import-Module '$((Get-Module LabRunner).ModuleBase)'", {
            Set-LabRunnerConfiguration -Verbosity detailed -Scope Process
            (Initialize-StandardParameters -ScriptName x 6>$null).Verbosity
            "log: $(Write-CustomLog 'fine' -Level DEBUG 6>&1)"
            Set-LabRunnerConfiguration -Verbosity silent -Scope Process
            (Initialize-StandardParameters -ScriptName x 6>$null).Verbosity
            & { (Initialize-StandardParameters -ScriptName x -InputParameters @{ Verbosity = 'normal' } 6>$null).Verbosity }
            & { "log: $(Write-CustomLog 'quiet' 6>&1)" }
            Set-LabRunnerConfiguration -LogLevel INFO -Scope Process
            & { "log: $(Write-CustomLog 'heard' 6>&1)" }
        }
        $said = @(Invoke-SamePowerShell -File "$TestDrive/verbosity.ps1")
        $said | Should -HaveCount 6
        $said[0, 2, 3] | Should -Be 'detailed', 'silent', 'normal'
        $said[1] | Should -Match 'fine'
        $said[4] | Should -Not -Match 'quiet'
        $said[5] | Should -Match 'heard' -Because 'a level of its own comes first'
    }

    It 'NonInteractive asks nothing' {
        Set-LabRunnerConfiguration -NonInteractive $true -Scope Process
        (Initialize-StandardParameters -ScriptName x 6>$null).IsNonInteractive | Should -BeTrue
        (Initialize-StandardParameters -ScriptName x -InputParameters @{ NonInteractive = $false } 6>$null).IsNonInteractive | Should -BeFalse
        Read-LoggedInput 'Name?' -DefaultValue 'Lab-01' 6>$null | Should -Be 'Lab-01'
    }

    It 'ContinueOnError goes on after a failure' {
        $operations = @{ Name = 'bad'; ScriptBlock = { throw 'no' } }, @{ Name = 'good'; ScriptBlock = { 1 } }
        Set-LabRunnerConfiguration -ContinueOnError $true -Scope Process
        (Invoke-ParallelLabRunner -Operations $operations -MaxConcurrency 1 -Ordered 2>$null).Status | Should -Be @('Failed', 'Succeeded')
        Set-LabRunnerConfiguration -ContinueOnError $false -Scope Process
        (Invoke-ParallelLabRunner -Operations $operations -MaxConcurrency 1 -Ordered 2>$null).Status | Should -Be @('Failed', 'Skipped')
    }
}

Describe 'A number of operations at the same time' {
    It 'is refused out of range: <Call>' -ForEach @(
        @{ Call = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -MaxConcurrency -1 }; Says = 'MaxConcurrency must be a whole number from 0 to 1024, not -1.' }
        @{ Call = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -MaxParallelism 999999 }; Says = 'MaxConcurrency must be a whole number from 0 to 1024, not 999999.' }
        @{ Call = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -Throttle -1 }; Says = 'Throttle must be a whole number from 0 to 1024, not -1.' }
        @{ Call = { Start-AdvancedLabOrchestration ./none.yaml -MaxConcurrency -3 }; Says = 'MaxConcurrency must be a whole number from 0 to 1024, not -3.' }
        @{ Call = { Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { 1 } } -MaxConcurrency 1025 }; Says = 'MaxConcurrency must be a whole number from 0 to 1024, not 1025.' }
    ) {
        $Call | Should -Throw -ErrorId 'LabRunner.InvalidValue*' -ExpectedMessage $Says
    }

    It 'may be nothing, as a configuration without it gives' {
        $config = @{}
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -MaxParallelism $config.MaxParallelism).Output | Should -Be 1
    }
}
