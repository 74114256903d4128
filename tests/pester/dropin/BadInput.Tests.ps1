# What each command makes of input that is missing, null, empty, of the wrong kind, or strangely named: the documented answer or a
# clear error, and nothing half-written.

BeforeAll {
    $script:odd = 'ä [1] $x', 'x y', ('n' * 300), '{0}', '../up', '`tick'
}

Describe 'Bad input' {
    It '<Name> is refused by id' -ForEach @(
        @{ Name = 'a lab file that is missing'; Call = { Start-LabAutomation -ConfigPath ./none.yaml }; Id = 'LabRunner.FileUnreadable*' }
        @{ Name = 'a lab file that is a folder'; Call = { Start-EnhancedLabDeployment -ConfigurationPath $TestDrive -ErrorAction Stop 6>$null }; Id = 'LabRunner.FileUnreadable*' }
        @{ Name = 'a lab file of another provider'; Call = { Start-EnhancedLabDeployment -ConfigurationPath 'Env:PATH' -ErrorAction Stop 6>$null }; Id = 'LabRunner.FileUnreadable*' }
        @{ Name = 'a drive that is none'; Call = { Start-EnhancedLabDeployment -ConfigurationPath 'nodrive:/x' -ErrorAction Stop 6>$null }; Id = 'LabRunner.FileUnreadable*' }
        @{ Name = 'no lab file'; Call = { Start-EnhancedLabDeployment -ConfigurationPath $null }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'a configuration that is no number of scripts'; Call = { Invoke-ParallelLabRunner -Scripts @(5, $true) }; Id = 'LabRunner.InvalidOperation*' }
        @{ Name = 'a negative limit'; Call = { Invoke-ParallelLabRunner -Scripts { 1 } -TimeoutMinutes -1 }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'both kinds of work'; Call = { Invoke-ParallelLabRunner -Scripts { 1 } -Operations @{} }; Id = 'AmbiguousParameterSet*' }
        @{ Name = 'a window of no time'; Call = { Get-SystemResourceUsage -WindowMilliseconds -5 }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'a window of a day'; Call = { Get-SystemResourceUsage -WindowMilliseconds 86400000 }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'the last none'; Call = { Get-LabPerformance -Last 0 }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'standard parameters that are no dictionary'; Call = { Initialize-StandardParameters -InputParameters 'text' }; Id = 'ParameterArgumentTransformationError*' }
        @{ Name = 'a menu that is asked no time'; Call = { Get-MenuSelection -Items 'a' -MaxRetries 0 }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'a level that is none'; Call = { Write-ProgressLog 'm' -Level 'Loud' }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'a negative number of steps'; Call = { LabRunner\Start-ProgressOperation -OperationName x -TotalSteps -1 }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'an archive for a drive that is none'; Call = { Invoke-ArchiveDownload 'https://x/a.zip' 'nodrive:/x' -Format zip }; Id = 'LabRunner.FileUnreadable*' }
        @{ Name = 'a format that is none'; Call = { Invoke-ArchiveDownload 'https://x/a.rar' "$TestDrive/x" -Format rar }; Id = 'ParameterArgumentValidationError*' }
        @{ Name = 'a drive that is none, for a lab'; Call = { Start-LabAutomation -ConfigPath 'nodrive:/x' }; Id = 'LabRunner.FileUnreadable,Start-LabAutomation' }
        @{ Name = 'a drive that is none, for a new lab'; Call = { New-LabConfiguration -Path 'nodrive:/x.yaml' }; Id = 'LabRunner.FileUnreadable,New-LabConfiguration' }
        @{ Name = 'a drive that is none, for a root'; Call = { Resolve-ProjectPath -Name x -Root 'nodrive:/x' }; Id = 'LabRunner.FileUnreadable,Resolve-ProjectPath' }
        @{ Name = 'a drive that is none, for a plan'; Call = { Get-LabPlan 'nodrive:/x.yaml' }; Id = 'LabRunner.FileUnreadable,Get-LabPlan' }
        @{ Name = 'a drive that is none, for a program'; Call = { Invoke-ParallelLabRunner @{ Name = 'a'; Command = 'nodrive:/x' } }; Id = 'LabRunner.InvalidValue,Invoke-ParallelLabRunner' }
        @{ Name = 'a drive that is none, for the folder of a program'; Call = { Invoke-ParallelLabRunner @{ Name = 'a'; Command = 'ls'; WorkingDirectory = 'nodrive:/x' } }; Id = 'LabRunner.InvalidValue,Invoke-ParallelLabRunner' }
        @{ Name = 'a drive that is none, for the folder of a run'; Call = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -RunDirectory 'nodrive:/x' }; Id = 'LabRunner.InvalidValue,Invoke-ParallelLabRunner' }
        @{ Name = 'another provider, for a module'; Call = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -Modules 'Env:/x' }; Id = 'LabRunner.InvalidValue,Invoke-ParallelLabRunner' }
        @{ Name = 'a path of nothing'; Call = { Resolve-ProjectPath '' }; Id = 'ParameterArgumentValidationError*' }
    ) {
        Push-Location $TestDrive
        try { $Call | Should -Throw -ErrorId $Id } finally { Pop-Location }
        @(Get-ChildItem -LiteralPath $TestDrive -Force).Count | Should -Be 0
    }

    It 'a script above the root is one at the root, and said to be missing' -Skip:$IsWindows {
        $lab = "$TestDrive/above.yaml"
        Set-Content -LiteralPath $lab -Value 'name: above', 'operations:', "  - { name: a, script: $('../' * 40)no-such-folder/x.ps1 }"
        try {
            (Get-LabPlan $lab -WarningVariable said -WarningAction SilentlyContinue).Operations.Name | Should -Be 'a'
            "$said" | Should -Match "'/no-such-folder/x\.ps1' of operation 'a' does not exist"
            (Get-LabPlan "/..$lab" -WarningAction SilentlyContinue).Operations.Name | Should -Be 'a'
            (Start-LabAutomation -ConfigPath "/..$lab" -DryRun -WarningAction SilentlyContinue).Status | Should -Be 'DryRun'
        } finally { Remove-Item -LiteralPath $lab }
    }

    It 'what nobody foresaw is one error with an id, a sentence and its cause' {
        $name = [pscustomobject] @{ a = 1 }
        Add-Member -InputObject $name -MemberType ScriptMethod -Name ToString -Value { throw 'I am not a text' } -Force
        foreach ($call in { Invoke-ParallelLabRunner @{ Name = $name; ScriptBlock = { 1 } } }, { Get-LabPlan -Operations @{ Name = $name; ScriptBlock = { 1 } } }, { Test-LabConfiguration -Configuration @{ Name = $name; Operations = @() } }) {
            $fault = $call | Should -Throw -ErrorId 'LabRunner.EngineFault,*' -PassThru
            "$fault" | Should -Match 'failed: .*I am not a text'
            $fault.Exception.InnerException | Should -Not -BeNullOrEmpty
            $fault.ErrorDetails.RecommendedAction | Should -Match 'Get-Error'
        }
    }

    It 'a pipeline that stops early is no fault' {
        Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } }, @{ Name = 'b'; ScriptBlock = { 2 } } -Ordered | Select-Object -First 1 -ExpandProperty Name | Should -Be 'a'
        foreach ($once in 1) { Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { 1 } } | ForEach-Object { break } }
        { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } | ForEach-Object { throw 'mine' } } | Should -Throw 'mine'
    }

    It 'a lab of any name is looked for' {
        Push-Location $TestDrive
        try {
            foreach ($name in $odd) {
                $result = Start-LabAutomation -LabName $name 2>$null
                $result.Status | Should -Be 'NoConfiguration' -Because $name
                (Get-LabStatus -LabName $name).Status | Should -Be 'NotFound' -Because $name
                (Get-LabPerformance -LabName $name).Runs | Should -Be 0 -Because $name
            }
        } finally { Pop-Location }
    }

    It 'nothing where something may be is answered' {
        (Start-LabAutomation -Configuration $null -Steps @() 2>$null).Success | Should -BeFalse
        (Start-LabAutomation -Configuration @{} -Steps 'none').ExecutedSteps | Should -Be 'none'
        (Invoke-ParallelLabRunner -Scripts @($null, $null) -ErrorAction SilentlyContinue).TotalScripts | Should -Be 1
        (Initialize-StandardParameters -InputParameters $null -ScriptName x 6>$null).Verbosity | Should -Be 'normal'
        Get-MenuSelection -Items $null | Should -BeNullOrEmpty
        (Test-LabDeploymentHealth -Config $null).Success | Should -BeTrue
    }

    It 'scripts of any name run, from wherever the session stands' {
        $null = New-PSDrive -Name LabTest -PSProvider FileSystem -Root $TestDrive -Scope Global
        Push-Location LabTest:/
        try {
            foreach ($name in 'ä [1] $x.ps1', 'x y.ps1', '{0}.ps1', '`tick.ps1') {
                Set-Content -LiteralPath $name -Value "'ran'"
                (Invoke-ParallelLabRunner -Scripts "./$name").Results.Result | Should -Be 'ran' -Because $name
                (Invoke-ParallelLabRunner -Scripts "./$name" -SafeMode).Results.Result | Should -Be 'ran' -Because $name
            }
        } finally {
            Pop-Location
            Remove-PSDrive -Name LabTest -Scope Global
        }
    }

    # A folder that nobody may write to, not even root.
    It 'a folder that may not be written to is an error' -Skip:(-not $IsLinux) {
        { Invoke-LabDownload -Uri 'http://127.0.0.1:9/a' -OutputPath '/proc/a' 6>$null } | Should -Throw
        { Invoke-OpenTofuInstaller -OpenTofuVersion 1.2.3 -InstallPath '/proc/a' -BaseUrl 'http://127.0.0.1:9' 6>$null } | Should -Throw -ErrorId 'LabRunner.DownloadFailed*'
        '/proc/a' | Should -Not -Exist
    }
}
