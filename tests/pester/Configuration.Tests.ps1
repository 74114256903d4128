# What a person sees who sets up the module: settings, where they come from, and that runs use them.

Describe 'The configuration of the module' {
    BeforeAll {
        $before = @{}
        foreach ($variable in 'LABRUNNER_HOME', 'LABRUNNER_CONFIG') { $before[$variable] = [Environment]::GetEnvironmentVariable($variable) }
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        $env:LABRUNNER_CONFIG = Join-Path $TestDrive 'user/config.json'
        function Set-File([string] $Text) {
            $null = New-Item -ItemType Directory (Split-Path $env:LABRUNNER_CONFIG) -Force
            Set-Content $env:LABRUNNER_CONFIG $Text
        }
    }

    AfterEach {
        Reset-LabRunnerConfiguration -Scope Process
        Remove-Item $env:LABRUNNER_CONFIG -ErrorAction Ignore
        Get-ChildItem Env:LABRUNNER_* | Where-Object Name -NotIn 'LABRUNNER_HOME', 'LABRUNNER_CONFIG', 'LABRUNNER_LAB_WEB' | Remove-Item
        Remove-Module ConfigurationCore -ErrorAction Ignore
    }

    AfterAll { foreach ($variable in $before.Keys) { [Environment]::SetEnvironmentVariable($variable, $before[$variable]) } }

    It 'has the defaults of the module when nobody says anything' {
        $configuration = Get-LabRunnerConfiguration
        $configuration.MaxConcurrency | Should -Be 0
        $configuration.DefaultTimeoutMinutes | Should -Be 60
        $configuration.LogRetentionDays | Should -Be 30
        $configuration.MaxRetries | Should -Be 3
        $configuration.Origin.Values | Select-Object -Unique | Should -Be 'Default'
        $configuration | Out-String | Should -Match 'MaxConcurrency\s+0\s+Default'
        $configuration | Out-String | Should -Match 'does not exist'
    }

    It 'takes a value from the process, the environment, ConfigurationCore, the file and the module, in this order' {
        Set-File '{ "maxConcurrency": 2, "log-retention-days": 7 } // comments are fine'
        (Get-LabRunnerConfiguration).MaxConcurrency | Should -Be 2
        (Get-LabRunnerConfiguration).LogRetentionDays | Should -Be 7
        (Get-LabRunnerConfiguration -Name MaxConcurrency).Source | Should -Be $env:LABRUNNER_CONFIG
        New-Module -Name ConfigurationCore {
            function Get-ModuleConfiguration([string] $ModuleName) { @{ MaxConcurrentJobs = 3; DefaultTimeout = 1800 } }
            Export-ModuleMember Get-ModuleConfiguration
        } | Import-Module
        $configuration = Get-LabRunnerConfiguration
        $configuration.MaxConcurrency | Should -Be 3
        $configuration.DefaultTimeoutMinutes | Should -Be 30 -Because 'ConfigurationCore counts seconds'
        $configuration.Origin.MaxConcurrency | Should -Be 'ConfigurationCore'
        $env:LABRUNNER_MAX_CONCURRENCY = '4'
        (Get-LabRunnerConfiguration).MaxConcurrency | Should -Be 4
        (Get-LabRunnerConfiguration).Origin.MaxConcurrency | Should -Be 'Environment'
        Set-LabRunnerConfiguration -MaxConcurrency 5 -Scope Process
        (Get-LabRunnerConfiguration).MaxConcurrency | Should -Be 5
        (Get-LabRunnerConfiguration).Origin.maxconcurrency | Should -Be 'Process'
        Reset-LabRunnerConfiguration MaxConcurrency -Scope Process
        (Get-LabRunnerConfiguration).MaxConcurrency | Should -Be 4
    }

    It 'writes the log of a run where RunLog says so, and the variable comes before the file' {
        $operations = @{ Name = 'a'; ScriptBlock = { 1 } }
        $log = { param($name) Join-Path $TestDrive $name log.txt }
        Set-LabRunnerConfiguration -RunLog Debug -WarningAction SilentlyContinue
        $null = Invoke-ParallelLabRunner -Operations $operations -RunDirectory (Join-Path $TestDrive logged)
        Get-Content (& $log logged) -Raw | Should -Match 'operation\{name="a"\}.*attempt\{number=1\}'
        $env:LABRUNNER_LOG = 'off'
        (Get-LabRunnerConfiguration).RunLog | Should -Be 'Off'
        (Get-LabRunnerConfiguration -Name RunLog).Source | Should -Be 'LABRUNNER_LOG'
        $null = Invoke-ParallelLabRunner -Operations $operations -RunDirectory (Join-Path $TestDrive silent)
        & $log silent | Should -Not -Exist
        $env:LABRUNNER_LOG = 'loud'
        { Invoke-ParallelLabRunner -Operations $operations } | Should -Throw -ErrorId 'LabRunner.InvalidConfiguration*' -ExpectedMessage '*LABRUNNER_LOG*Off, Info, Debug, Trace*'
    }

    It 'writes the user file as a whole, keeps what it does not know, and takes values back' {
        Set-File '{ "$schema": "x", "mine": [1], "max_concurrency": 2 }'
        (Set-LabRunnerConfiguration -MaxConcurrency 6 -ShowProgress $true -PassThru -WarningAction SilentlyContinue).MaxConcurrency | Should -Be 6
        $written = Get-Content $env:LABRUNNER_CONFIG -Raw | ConvertFrom-Json -AsHashtable
        $written.max_concurrency | Should -Be 6
        $written.mine | Should -Be 1
        $written.ShowProgress | Should -BeTrue
        (Get-ChildItem (Split-Path $env:LABRUNNER_CONFIG)).Count | Should -Be 1 -Because 'no temporary file stays'
        Reset-LabRunnerConfiguration
        $written = Get-Content $env:LABRUNNER_CONFIG -Raw | ConvertFrom-Json -AsHashtable
        $written.Keys | Sort-Object | Should -Be '$schema', 'mine'
    }

    It 'changes nothing when one value is bad, and nothing with -WhatIf' {
        { Set-LabRunnerConfiguration -MaxConcurrency 4 -LogRetentionDays -1 } | Should -Throw -ErrorId 'LabRunner.InvalidConfiguration*' -ExpectedMessage '*LogRetentionDays*0 to 36500*'
        Test-Path $env:LABRUNNER_CONFIG | Should -BeFalse
        Set-LabRunnerConfiguration -MaxConcurrency 4 -WhatIf
        Test-Path $env:LABRUNNER_CONFIG | Should -BeFalse
    }

    It 'names the place, the setting and the range of <Case>' -ForEach @(
        @{ Case = 'a number that is too large'; Text = '{ "MaxConcurrency": 5000 }'; Message = "*MaxConcurrency is '5000' in '*config.json'*0 to 1024*" }
        @{ Case = 'a word that is none'; Text = '{ "failure-strategy": "Explode" }'; Message = "*FailureStrategy is 'Explode'*Stop, Continue, Retry, Rollback*" }
        @{ Case = 'a list'; Text = '{ "LogLevel": ["INFO"] }'; Message = '*LogLevel*config.json*one of ERROR*' }
        @{ Case = 'a relative folder'; Text = '{ "LogPath": "logs" }'; Message = "*LogPath is 'logs'*absolute*" }
        @{ Case = 'what is no JSON'; Text = "{`n  `"MaxConcurrency`": ,`n}"; Message = '*config.json*not valid JSON (line 2*' }
        @{ Case = 'what is no object'; Text = '[1]'; Message = '*config.json*is not a JSON object*' }
    ) {
        Set-File $Text
        { Get-LabRunnerConfiguration } | Should -Throw -ErrorId 'LabRunner.InvalidConfiguration*' -ExpectedMessage $Message
        { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } } | Should -Throw -ErrorId 'LabRunner.InvalidConfiguration*'
        Get-Content $env:LABRUNNER_CONFIG -Raw | Should -BeLike "$($Text.Replace('[', '`[').Replace(']', '`]'))*"
    }

    It 'lets a bad value in the file be set right' {
        Set-File '{ "MaxConcurrency": 5000 }'
        Set-LabRunnerConfiguration -MaxConcurrency 5
        (Get-LabRunnerConfiguration).MaxConcurrency | Should -Be 5
    }

    It 'names a bad variable' {
        $env:LABRUNNER_SHOW_PROGRESS = 'perhaps'
        { Get-LabRunnerConfiguration } | Should -Throw -ErrorId 'LabRunner.InvalidConfiguration*' -ExpectedMessage "*'perhaps'*LABRUNNER_SHOW_PROGRESS*true or false*"
    }

    It 'asks whether another name was meant' {
        { Get-LabRunnerConfiguration -Name MaxConcurency } | Should -Throw -ExpectedMessage "*Did you mean 'MaxConcurrency'*"
        Set-File '{ "MaxRetrys": 1 }'
        Get-LabRunnerConfiguration -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null
        $warnings | Should -BeLike "*MaxRetrys*Did you mean 'MaxRetries'*"
    }

    Context 'runs' {
        It 'use the concurrency' {
            $operations = 1..4 | ForEach-Object { @{ Name = "op$_"; ScriptBlock = { [datetime]::UtcNow.Ticks } } }
            Set-LabRunnerConfiguration -MaxConcurrency 1 -Scope Process
            $results = Invoke-ParallelLabRunner $operations
            $sorted = $results | Sort-Object StartTime
            foreach ($index in 1..3) { $sorted[$index].StartTime | Should -BeGreaterOrEqual $sorted[$index - 1].EndTime }
            (Test-ParallelRunnerSupport -Detailed).MaxConcurrency | Should -Be 1
        }

        It 'use the timeout, unless the call has one' {
            $env:LABRUNNER_DEFAULT_TIMEOUT_MINUTES = '0.002'
            $slow = @{ Name = 'slow'; ScriptBlock = { Start-Sleep 30 } }
            (Invoke-ParallelLabRunner $slow 2>$null).Status | Should -Be 'TimedOut'
            $quick = @{ Name = 'quick'; ScriptBlock = { Start-Sleep -Milliseconds 400; 'done' } }
            (Invoke-ParallelLabRunner $quick -TimeoutMinutes 1).Result | Should -Be 'done'
            (Invoke-ParallelLabRunner $quick -TimeoutMinutes 0).Result | Should -Be 'done' -Because '0 is no limit'
        }

        It 'use the strategy and the retries' {
            Set-LabRunnerConfiguration -FailureStrategy Retry -MaxRetries 1 -RetryDelaySeconds 0 -Scope Process
            $result = Invoke-ParallelLabRunner @{ Name = 'flaky'; ScriptBlock = { throw 'no' } } 2>$null
            $result.Attempts | Should -Be 2
            Set-LabRunnerConfiguration -FailureStrategy Continue -Scope Process
            $results = Invoke-ParallelLabRunner @{ Name = 'bad'; Priority = 1; ScriptBlock = { throw 'no' } }, @{ Name = 'good'; ScriptBlock = { 1 } } -MaxConcurrency 1 2>$null
            ($results | Where-Object Name -EQ 'good').Status | Should -Be 'Succeeded'
        }

        It 'leave their folders in the log path, and delete those that are too old and nobody''s' {
            $env:LABRUNNER_LOG_PATH = Join-Path $TestDrive 'runs'
            $lab = Join-Path $TestDrive 'lab.yaml'
            Set-Content $lab "name: kept`noperations:`n  - { name: a, script: `"'a'`" }"
            $first = (Start-AdvancedLabOrchestration $lab).Summary.RunDirectory
            Split-Path $first | Should -Be $env:LABRUNNER_LOG_PATH
            (Get-LabStatus -LabName kept).Runs | Should -Be 1
            # Runs are deleted on a thread of its own, at most once a day.
            $swept = Join-Path $env:LABRUNNER_LOG_PATH swept
            [System.Threading.SpinWait]::SpinUntil([func[bool]] { Test-Path $swept }, 60000) | Should -BeTrue -Because 'a first run looks for old ones'
            # An old run of a process that is gone, one of a living process, one that is young, and what is no run.
            foreach ($name in 'old', 'alive', 'young', 'foreign') { $null = New-Item -ItemType Directory (Join-Path $env:LABRUNNER_LOG_PATH $name) }
            $gone = '{"format":1,"run":"r","started_at":"2026-01-01T00:00:00Z","pid":2147483646,"options":{"name":"kept"},"operations":["a"]}'
            foreach ($name in 'old', 'young') { Set-Content (Join-Path $env:LABRUNNER_LOG_PATH $name journal.jsonl) $gone }
            $living = $gone -replace '2147483646', $PID -replace '2026-01-01T00:00:00Z', [datetime]::UtcNow.ToString('o')
            Set-Content (Join-Path $env:LABRUNNER_LOG_PATH alive journal.jsonl) $living
            Set-Content (Join-Path $env:LABRUNNER_LOG_PATH foreign journal.jsonl) 'my own diary'
            foreach ($name in 'old', 'alive', 'foreign') { (Get-Item (Join-Path $env:LABRUNNER_LOG_PATH $name journal.jsonl)).LastWriteTime = [datetime]::Now.AddDays(-40) }
            # One that somebody holds, whatever its age.
            $held = Join-Path $env:LABRUNNER_LOG_PATH held
            Copy-Item $first $held -Recurse
            Get-ChildItem $held -Recurse -File | ForEach-Object { $_.LastWriteTime = [datetime]::Now.AddDays(-40) }
            $lock = [IO.File]::Open((Join-Path $held lock), 'Open', 'ReadWrite', 'None')
            try {
                Set-LabRunnerConfiguration -LogRetentionDays 0 -Scope Process
                (Get-Item $swept).LastWriteTime = [datetime]::Now.AddDays(-2)
                $null = Start-AdvancedLabOrchestration $lab
                Test-Path (Join-Path $env:LABRUNNER_LOG_PATH old) | Should -BeTrue
                Reset-LabRunnerConfiguration LogRetentionDays -Scope Process
                $null = Start-AdvancedLabOrchestration $lab
                [System.Threading.SpinWait]::SpinUntil([func[bool]] { (Get-Item $swept).LastWriteTime -gt [datetime]::Now.AddDays(-1) }, 60000) | Should -BeTrue -Because 'a day has passed'
                (Get-ChildItem $env:LABRUNNER_LOG_PATH).Name | Should -Not -Contain 'old'
                foreach ($name in 'alive', 'young', 'foreign', 'held', (Split-Path $first -Leaf)) { (Get-ChildItem $env:LABRUNNER_LOG_PATH).Name | Should -Contain $name }
            } finally {
                $lock.Dispose()
            }
        }

        It 'show progress when the settings say so' {
            Set-LabRunnerConfiguration -ShowProgress $true -Scope Process
            $ci = $env:CI
            $env:CI = 'true'
            try {
                $lines = Invoke-ParallelLabRunner @{ Name = 'seen'; ScriptBlock = { 1 } } 6>&1 | Out-String
                $quiet = Invoke-ParallelLabRunner @{ Name = 'seen'; ScriptBlock = { 1 } } -ShowProgress:$false 6>&1 | Out-String
            } finally {
                $env:CI = $ci
            }
            $lines | Should -Match '\[1/1\] seen'
            $quiet | Should -Not -Match '\[1/1\] seen'
        }
    }
}
