# What LabRunner tells of itself and of the machine: real figures, parameterless, results and no errors.

BeforeAll {
    . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
    $script:homeBefore = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    $script:module = (Get-Module -Name LabRunner).ModuleBase
}
AfterAll { $env:LABRUNNER_HOME = $homeBefore }

Describe 'Test-LabRunnerHealth' {
    It 'is healthy here, and says what it looked at' {
        $health = Test-LabRunnerHealth
        $health.Healthy | Should -BeTrue -Because ($health.Checks -join '; ')
        $health.Checks.Name | Should -Be @('PowerShell', 'NativeLibrary', 'Engine', 'Runspaces', 'Workers', 'RunStore', 'Temporary', 'Disk', 'Clock')
        ($health.Checks | Where-Object Name -EQ 'RunStore').Message | Should -Match ([regex]::Escape((Join-Path $env:LABRUNNER_HOME 'runs')))
        ($health.Checks | Where-Object Name -EQ 'PowerShell').Message | Should -BeLike "PowerShell $($PSVersionTable.PSVersion) on .NET $([Environment]::Version). LabRunner is tested with PowerShell 7.6*"
        Test-LabRunnerHealth -Quiet | Should -Be $true
        @(Get-ChildItem -LiteralPath (Join-Path $env:LABRUNNER_HOME 'runs') -Force).Count | Should -Be 0
    }

    It 'is not when the folder of runs cannot be written to, and says so' {
        $before = $env:LABRUNNER_HOME
        try {
            Set-Content -Path "$TestDrive/a-file" -Value 'in the way'
            $env:LABRUNNER_HOME = Join-Path $TestDrive 'a-file'
            $health = Test-LabRunnerHealth -ErrorVariable written
            $health.Status | Should -Be 'Unhealthy'
            ($health.Checks | Where-Object Status -EQ 'Failed').Name | Should -Contain 'RunStore'
            Test-LabRunnerHealth -Quiet | Should -BeFalse
            $written.Count | Should -Be 0
        } finally {
            $env:LABRUNNER_HOME = $before
        }
    }

    It 'can be called with no bound parameters, as a generated wrapper does' {
        function Test-CoreApplicationHealth { [CmdletBinding()] param() Test-LabRunnerHealth @PSBoundParameters }
        (Test-CoreApplicationHealth).Healthy | Should -BeTrue
    }
}

Describe 'Get-SystemResourceUsage' {
    It 'gives figures that are the machine''s' {
        $usage = Get-SystemResourceUsage
        $usage.Processors | Should -BeGreaterThan 0
        $usage.CPUPercent | Should -BeIn (0..100)
        $usage.MemoryTotalGB | Should -BeGreaterThan 0.1
        $usage.MemoryUsedGB | Should -BeLessOrEqual $usage.MemoryTotalGB
        $usage.DiskFreeGB | Should -BeGreaterThan 0
        $usage.Threads | Should -BeGreaterThan 1
        $usage.Processes[0].Id | Should -Be $PID
        [math]::Abs($usage.Processes[0].MemoryMB - (Get-Process -Id $PID).WorkingSet64 / 1MB) | Should -BeLessThan 200
    }

    It 'sees what this process has started, and that it works' {
        $child = Start-SamePowerShell '-Command', 'while ($true) { }'
        try {
            # A machine that is busy with other things may let it wait for a second or two.
            foreach ($try in 1..30) {
                $seen = (Get-SystemResourceUsage -WindowMilliseconds 1000).Processes | Where-Object Id -EQ $child.Id
                if ($seen.CPUPercent -gt 0) { break }
            }
            $seen.ParentId | Should -Be $PID
            $seen.CPUPercent | Should -BeGreaterThan 0
        } finally {
            $child.Kill()
            $child.WaitForExit(60000) | Should -BeTrue
        }
    }

    It 'counts workers' {
        $null = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 1 } }
        (Get-SystemResourceUsage).Workers | Should -BeGreaterThan 0
    }
}

Describe 'Get-LabRunnerDependencies' {
    It 'lists them, and looks for them with -Check' {
        $list = Get-LabRunnerDependencies
        ($list | Where-Object Required).Name | Should -Be @('PowerShell', 'labrunner_native')
        $list[0].PSObject.Properties.Name | Should -Not -Contain 'Available'
        $checked = Get-LabRunnerDependencies -Check
        ($checked | Where-Object Required).Available | Should -Be @($true, $true)
        ($checked | Where-Object Name -EQ 'labrunner_native').Version | Should -Match '^\d+\.\d+'
        ($checked | Where-Object Name -EQ 'ISOManager').Message | Should -Match 'neither loaded nor'
    }

    It 'finds a module that is loaded' {
        Import-Module "$PSScriptRoot/../../data/modules/neighbours/ISOManager/ISOManager.psd1"
        try {
            $found = Get-LabRunnerDependencies -Check | Where-Object Name -EQ 'ISOManager'
            $found.Available, $found.Loaded, $found.Version | Should -Be @($true, $true, '1.0.0')
        } finally {
            Remove-Module ISOManager
        }
    }
}

Describe 'Get-LabPerformance' {
    BeforeAll {
        $script:lab = Join-Path $TestDrive 'speed.yaml'
        Set-Content -LiteralPath $lab -Value 'name: Speed', 'operations:', '  - name: slow', '    script: "[System.Threading.Thread]::Sleep(300)"', '  - name: quick', '    script: "1"'
        1..2 | ForEach-Object { $null = Start-AdvancedLabOrchestration -ConfigurationPath $lab -MaxConcurrency 2 }
        Set-Content -LiteralPath $lab -Value 'name: Speed', 'operations:', '  - name: quick', '    script: throw 1'
        $null = Start-AdvancedLabOrchestration -ConfigurationPath $lab -ErrorAction SilentlyContinue
    }

    It 'sums up what was recorded' {
        $speed = Get-LabPerformance -LabName speed
        $speed.LabName, $speed.Runs, $speed.Succeeded | Should -Be @('Speed', 3, 2)
        [math]::Round($speed.SuccessRate, 2) | Should -Be 0.67
        $speed.MaximumDuration.TotalMilliseconds | Should -BeGreaterOrEqual 300
        $speed.SlowestOperations[0].Name, $speed.SlowestOperations[0].Runs, $speed.SlowestOperations[0].SuccessRate | Should -Be @('slow', 2, 1)
        $speed.SlowestOperations[0].AverageDuration.TotalMilliseconds | Should -BeGreaterOrEqual 300
        ($speed.SlowestOperations | Where-Object Name -EQ 'quick').Runs | Should -Be 3
        $speed.ParallelEfficiency | Should -BeGreaterThan 0
        $speed.ParallelEfficiency | Should -BeLessOrEqual 1
        (Get-LabPerformance Speed -Last 1).Succeeded | Should -Be 0
    }

    It 'knows nothing of a lab that was never run, and is no error' {
        (Get-LabPerformance -LabName 'Never [1] ü').Runs | Should -Be 0
        (Get-LabPerformance).LabName | Should -Contain 'Speed'
    }
}

Describe 'Get-ActiveLabOperations' {
    It 'is nothing where nothing runs' {
        Get-ActiveLabOperations | Should -BeNullOrEmpty
    }

    It 'sees the operations of another process, and no more when that is gone' {
        $lab = Join-Path $TestDrive 'held.yaml'
        $begun = Join-Path $TestDrive 'held.begun'
        Set-Content -LiteralPath $lab -Value 'name: Held', 'operations:', '  - name: first', "    script: Set-Content -LiteralPath '$begun' -Value x; while (`$true) { [System.Threading.Thread]::Sleep(20) }", '  - name: second', '    script: "2"', '    dependencies: [first]'
        $code = "Import-Module '$module'; Start-AdvancedLabOrchestration -ConfigurationPath '$lab'"
        $child = Start-SamePowerShell '-Command', $code
        try {
            [System.Threading.SpinWait]::SpinUntil({ (Test-Path $begun) -or $child.HasExited }, 60000) | Should -BeTrue
            $seen = @(Get-ActiveLabOperations)
            $seen.Name | Should -Be @('first', 'second')
            $seen.State | Should -Be @('Running', 'Waiting')
            $seen.ProcessId | Should -Be @($child.Id, $child.Id)
            $seen[0].Run | Should -Be 'Held'
            $seen[0].Since | Should -BeLessOrEqual (Get-Date)
        } finally {
            $child.Kill($true)
            $child.WaitForExit(60000) | Should -BeTrue
        }
        Get-ActiveLabOperations | Should -BeNullOrEmpty
        (Get-LabStatus -LabName Held).Status | Should -Be 'Unknown'
    }
}

Describe 'Get-LabStatus and Test-ParallelRunnerSupport' {
    It 'have the keys of the original' {
        $status = Get-LabStatus -Detailed
        foreach ($key in 'Timestamp', 'Platform', 'ConfigurationLoaded', 'ParallelSupport', 'ParallelSupportDetails', 'Configuration', 'AvailableSteps') { $status.ContainsKey($key) | Should -BeTrue }
        $status.ParallelSupport | Should -BeOfType [bool]
        $support = Test-ParallelRunnerSupport -Detailed
        foreach ($key in 'Supported', 'PowerShellVersion', 'ThreadJobAvailable', 'RunspaceSupport', 'MaxConcurrency', 'Platform', 'Details') { $support.ContainsKey($key) | Should -BeTrue }
        Test-ParallelRunnerSupport | Should -BeOfType [bool]
    }

    It 'tell the steps of the default configuration' {
        $null = New-Item -ItemType Directory "$TestDrive/configs"
        Set-Content "$TestDrive/configs/lab_config.yaml" 'name: x', 'operations:', '  - name: one', '    script: "1"', '  - name: two', '    script: "2"'
        Push-Location $TestDrive
        try { (Get-LabStatus -Detailed).AvailableSteps | Should -Be @('one', 'two') } finally { Pop-Location }
    }
}
