# The small helpers that existing scripts lean on.

Describe 'Read-LoggedInput' {
    BeforeEach { Mock Write-CustomLog { } -ModuleName LabRunner }

    It 'returns the default where nobody can be asked' {
        Mock Read-Host { throw 'asked' } -ModuleName LabRunner
        $before = $env:PESTER_RUN
        try {
            $env:PESTER_RUN = 'true'
            Read-LoggedInput -Prompt 'Test prompt' -DefaultValue 'default' | Should -Be 'default'
            Read-LoggedInput 'Test prompt' | Should -Be ''
            $secret = Read-LoggedInput -Prompt 'Secure prompt' -AsSecureString -DefaultValue 'test'
            $secret | Should -BeOfType [securestring]
            [System.Net.NetworkCredential]::new('', $secret).Password | Should -Be 'test'
            Read-LoggedInput -Prompt 'Secure prompt' -AsSecureString | Should -BeOfType [securestring]
        } finally {
            $env:PESTER_RUN = $before
        }
    }

    It 'asks, and logs the answer, but no secret' {
        $secret = [securestring]::new()
        Mock Read-Host { if ($AsSecureString) { $secret } else { 'val' } } -ModuleName LabRunner
        Read-LoggedInput -Prompt 'Ask?' | Should -Be 'val'
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Message -eq 'Ask?: val' }
        Read-LoggedInput -Prompt 'Secret' -AsSecureString | Should -BeOfType [securestring]
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Message -eq 'Secret (secure input)' }
    }
}

Describe 'Get-MenuSelection' {
    BeforeAll { $script:items = '0001_Test.ps1', '0002_Other.ps1' }
    BeforeEach { Mock Write-CustomLog { } -ModuleName LabRunner }

    It 'chooses by <Answer>' -ForEach @(
        @{ Answer = 'all'; All = $true; Expected = '0001_Test.ps1', '0002_Other.ps1' }
        @{ Answer = '0002'; All = $false; Expected = '0002_Other.ps1' }
        @{ Answer = ' 2 , 1,'; All = $false; Expected = '0002_Other.ps1', '0001_Test.ps1' }
        @{ Answer = 'EXIT'; All = $false; Expected = $null }
        @{ Answer = 'all'; All = $false; Expected = $null }
        @{ Answer = '3'; All = $false; Expected = $null }
        @{ Answer = ''; All = $true; Expected = $null }
    ) {
        Mock Read-LoggedInput { $Answer } -ModuleName LabRunner
        Get-MenuSelection -Items $items -AllowAll:$All -MaxRetries 2 | Should -Be $Expected
    }

    It 'asks again, and only so often' {
        Mock Read-LoggedInput { 'invalid' } -ModuleName LabRunner
        Get-MenuSelection -Items $items | Should -BeNullOrEmpty
        Should -Invoke Read-LoggedInput -ModuleName LabRunner -Times 3 -Exactly
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 3 -Exactly -ParameterFilter { $Message -eq 'Invalid selection. Try again.' }
    }

    It 'is seen where the log is silent, and asks nothing without items' {
        Mock Read-LoggedInput { '1' } -ModuleName LabRunner
        $level = $env:LAB_CONSOLE_LEVEL
        try {
            $env:LAB_CONSOLE_LEVEL = '0'
            "$(Get-MenuSelection -Items $items -Title 'Scripts' 6>&1)" | Should -Match 'Scripts 1\) 0001_Test\.ps1 2\)'
        } finally {
            $env:LAB_CONSOLE_LEVEL = $level
        }
        Get-MenuSelection -Items @() | Should -BeNullOrEmpty
        Should -Invoke Read-LoggedInput -ModuleName LabRunner -Times 1 -Exactly
    }
}

Describe 'Format-Config' {
    It 'shows a configuration as indented JSON, however it comes' {
        Format-Config -Config ([pscustomobject]@{ Foo = 'bar'; Baz = 1 }) | Should -Match '(?s)"Foo":\s*"bar".*"Baz":\s*1'
        [pscustomobject]@{ Foo = 'pipe' } | Format-Config | Should -Match '"Foo":\s*"pipe"'
        [pscustomobject]@{ Config = [pscustomobject]@{ Foo = 'prop' } } | Format-Config | Should -Match '"Foo":\s*"prop"'
        @{ a = @{ b = @{ c = @{ d = 1 } } } } | Format-Config | Should -Match '"d":\s*1'
    }

    It 'throws an ArgumentException without one' -ForEach @(
        @{ Call = { Format-Config -Config $null } }, @{ Call = { @() | Format-Config } }, @{ Call = { , $null | Format-Config } }
    ) {
        $Call | Should -Throw -ExceptionType ([System.ArgumentException])
    }
}

Describe 'Invoke-CrossPlatformCommand' {
    It 'runs what is there' {
        Invoke-CrossPlatformCommand -CommandName Join-Path -Parameters @{ Path = 'a'; ChildPath = 'b' } | Should -Be (Join-Path a b)
        function Get-Here { param($What) "here: $What" }
        Invoke-CrossPlatformCommand Get-Here @{ What = 'x' } | Should -Be 'here: x'
        Invoke-CrossPlatformCommand -Command "echo 'test'" -Description 'Test command' 6>$null | Should -Be 'test'
    }

    It 'returns the result for the case, skips, or says what is missing' {
        Mock Get-Command { $null }
        Invoke-CrossPlatformCommand -CommandName Non-Existent-Command -MockResult 'Mock Result' 6>$null | Should -Be 'Mock Result'
        Invoke-CrossPlatformCommand -CommandName Non-Existent-Command -MockResult $false 6>$null | Should -BeFalse
        Invoke-CrossPlatformCommand -CommandName Non-Existent-Command -SkipOnUnavailable 6>$null | Should -BeNullOrEmpty
        { Invoke-CrossPlatformCommand -CommandName Non-Existent-Command } | Should -Throw -ErrorId 'LabRunner.CommandNotFound*' -ExpectedMessage "Command 'Non-Existent-Command' is not available*"
        { Invoke-CrossPlatformCommand -CommandName '' } | Should -Throw
    }

    It 'lets the command''s own error through' {
        function Stop-Here { throw 'own error' }
        { Invoke-CrossPlatformCommand Stop-Here } | Should -Throw 'own error'
    }
}

Describe 'Get-CrossPlatformTempPath' {
    It 'is a folder that is there, and TEMP where that is set' {
        Get-CrossPlatformTempPath | Should -Exist
        $before = $env:TEMP
        try {
            $env:TEMP = "$TestDrive"
            Get-CrossPlatformTempPath | Should -Be "$TestDrive"
        } finally {
            $env:TEMP = $before
        }
    }
}

Describe 'Resolve-ProjectPath' {
    BeforeAll {
        $script:root = (New-Item -ItemType Directory "$TestDrive/repo [1]/a").Parent.FullName
        $null = [System.IO.Directory]::CreateDirectory("$root/b")
        Set-Content -LiteralPath "$root/a/Deploy.ps1" -Value ''
    }

    It 'gives a path below the project' {
        $before = $env:PROJECT_ROOT
        try {
            $env:PROJECT_ROOT = "$TestDrive"
            Resolve-ProjectPath 'configs/lab.yaml' | Should -Be (Join-Path $TestDrive 'configs/lab.yaml')
            Resolve-ProjectPath -RelativePath x | Should -Be (Join-Path $TestDrive x)
            Resolve-ProjectPath -Path x | Should -Be (Join-Path $TestDrive x)
        } finally {
            $env:PROJECT_ROOT = $before
        }
    }

    It 'finds a file by its name, also after it was moved' {
        Resolve-ProjectPath -Name Deploy.ps1 -Root $root | Should -Be (Join-Path $root 'a/Deploy.ps1')
        Move-Item -LiteralPath "$root/a/Deploy.ps1" -Destination "$root/b/Deploy.ps1"
        Resolve-ProjectPath -Name Deploy.ps1 -Root $root | Should -Be (Join-Path $root 'b/Deploy.ps1')
        Resolve-ProjectPath -Name None.ps1 -Root $root | Should -BeNullOrEmpty
        Resolve-ProjectPath -Name Deploy.ps1 -Root "$root/none" | Should -BeNullOrEmpty
    }

    It 'goes by the index where there is one' {
        Set-Content -LiteralPath "$root/path-index.yaml" -Value '# where things are', 'scripts/Install.ps1: moved/Install.ps1 # lately', "'Other.ps1': 'x/Other.ps1'"
        Resolve-ProjectPath -Name scripts/Install.ps1 -Root $root | Should -Be (Join-Path $root 'moved/Install.ps1')
        Resolve-ProjectPath -Name Install.ps1 -Root $root | Should -Be (Join-Path $root 'moved/Install.ps1')
        Resolve-ProjectPath -Name Other.ps1 -Root $root | Should -Be (Join-Path $root 'x/Other.ps1')
    }
}

Describe 'Invoke-LabNpm' {
    BeforeAll { function global:npm { "npm: $($args -join '|')" } }
    AfterAll { Remove-Item Function:npm }

    It 'hands everything on, switches too' {
        $package = 'yarn'
        Invoke-LabNpm install -g $package -v -d 6>$null | Should -Be 'npm: install|-g|yarn|-v|-d'
        Invoke-LabNpm -Command install 6>$null | Should -Be 'npm: install'
        Invoke-LabNpm 6>$null | Should -Be 'npm: '
    }
}

Describe 'Invoke-LabNpm without npm' {
    It 'says that it is missing' {
        $path = $env:PATH
        try {
            $env:PATH = "$TestDrive"
            { Invoke-LabNpm install 6>$null } | Should -Throw -ErrorId 'LabRunner.ProgramNotFound' -ExpectedMessage 'npm was not found*'
        } finally {
            $env:PATH = $path
        }
    }
}

Describe 'Test-LabDeploymentHealth' {
    It 'looks at the gateway, the services and the disks' {
        Mock Test-Connection { $false } -ModuleName LabRunner
        Mock Get-PSDrive { [pscustomobject]@{ Name = 'full'; Free = 10MB; Used = 90GB }, [pscustomobject]@{ Name = 'proc'; Free = 0; Used = 0 }, [pscustomobject]@{ Name = 'odd'; Free = $null; Used = $null } } -ModuleName LabRunner
        $health = Test-LabDeploymentHealth -Config @{ network = @{ gateway = '10.0.0.1' }; services = @('no-such-service') }
        $health.Success | Should -BeTrue
        $health.Checks.NetworkConnectivity | Should -BeFalse
        $health.Checks.DiskSpace | Should -BeFalse
        "$($health.Warnings)" | Should -Match '10\.0\.0\.1.*no-such-service.*full$'
    }

    It 'asks systemctl, and understands the answer <Answer> (<Code>)' -Skip:($IsWindows) -ForEach @(
        @{ Answer = 'active'; Code = 0; Running = $true }
        @{ Answer = 'inactive'; Code = 3; Running = $false }
        @{ Answer = 'failed'; Code = 3; Running = $false }
        @{ Answer = 'activating'; Code = 3; Running = $false }
        @{ Answer = 'inactive'; Code = 4; Running = $false }
        @{ Answer = ''; Code = 4; Running = $false }
        @{ Answer = ''; Code = 1; Running = $null }
    ) {
        $folder = New-Item -ItemType Directory "$TestDrive/systemctl $Answer $Code"
        Set-Content "$folder/systemctl" "#!/bin/sh`necho `"`$@`" > '$folder/asked'`n[ -z '$Answer' ] && echo 'System has not been booted with systemd' >&2 || echo '$Answer'`nexit $Code"
        chmod +x "$folder/systemctl"
        $path = $env:PATH
        try {
            $env:PATH = "$folder$([IO.Path]::PathSeparator)$path"
            $global:LASTEXITCODE = 7
            $health = Test-LabDeploymentHealth -Config @{ services = 'web server' }
        } finally { $env:PATH = $path }
        $LASTEXITCODE | Should -Be 7 -Because 'the caller''s is not touched'
        Get-Content "$folder/asked" | Should -Be 'is-active -- web server'
        $health.Success | Should -BeTrue
        $health.Checks['Service_web server'] | Should -Be $Running
        $expected = if ($Running) { '' } elseif ($null -eq $Running) { 'Service cannot be checked on this machine: web server' } else { 'Service not running: web server' }
        "$($health.Warnings -match 'Service')" | Should -Be $expected
    }

    It 'cannot check services where there is neither Get-Service nor systemctl' -Skip:($IsWindows) {
        $path = $env:PATH
        try {
            $env:PATH = $TestDrive
            $health = Test-LabDeploymentHealth -Config @{ services = 'web' }
        } finally { $env:PATH = $path }
        "$($health.Warnings)" | Should -BeLike 'Service cannot be checked on this machine: web*'
        $health.Checks.ContainsKey('Service_web') | Should -BeFalse
    }

    It 'says so when the checks cannot be made, and takes nothing for a configuration' {
        Mock Get-PSDrive { throw 'no drives' } -ModuleName LabRunner
        $health = Test-LabDeploymentHealth
        $health.Success | Should -BeFalse
        "$($health.Warnings)" | Should -Match 'no drives'
    }

    It 'works without arguments on this machine' {
        (Test-LabDeploymentHealth).Success | Should -BeTrue
        (Test-LabDeploymentHealth -Config 'text').Success | Should -BeTrue
    }
}

Describe 'Write-EnhancedDeploymentSummary' {
    It 'shows the result and returns nothing' {
        $result = @{ Success = $false; ConfigurationPath = 'x.yaml'; Duration = [timespan]::FromSeconds(2.5); DryRun = $true; Stage = 'Plan'
            Stages = @{ Plan = @{ Success = $false; Duration = [timespan]::FromSeconds(1) } }; Resources = @{ vm = 1, 2 }; Warnings = 'w1'; Errors = 'e1' }
        $text = (Write-EnhancedDeploymentSummary -Result $result 6>&1) -join "`n"
        foreach ($expected in 'x\.yaml', '2\.5 s', 'FAILED', 'DRY RUN', 'Stage: Plan', 'failed Plan \(1 s\)', 'vm: 2', 'w1', 'e1') { $text | Should -Match $expected }
        Write-EnhancedDeploymentSummary -Result $result 6>$null | Should -BeNullOrEmpty
        { Write-EnhancedDeploymentSummary $null 6>$null } | Should -Not -Throw
    }
}

Describe 'The progress operations' {
    It 'are shown, counted and summed up' {
        Mock Write-Progress { } -ModuleName LabRunner
        Mock Write-CustomLog { } -ModuleName LabRunner
        $id = LabRunner\Start-ProgressOperation -OperationName 'Deploying' -TotalSteps 4 -ShowTime -ShowETA -Style Detailed
        LabRunner\Update-ProgressOperation -OperationId $id -CurrentStep 2 -StepName 'Servers'
        Should -Invoke Write-Progress -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Activity -eq 'Deploying' -and $PercentComplete -eq 50 -and $Status -like 'step 2 of 4: Servers*' }
        LabRunner\Update-ProgressOperation -OperationId $id -IncrementStep
        Should -Invoke Write-Progress -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $PercentComplete -eq 75 }
        LabRunner\Add-ProgressError -OperationId $id -Error 'e1'
        LabRunner\Add-ProgressWarning -OperationId $id -Warning 'w1'
        Write-ProgressLog -Message 'e2' -Level Error -OperationId $id
        LabRunner\Complete-ProgressOperation -OperationId $id -ShowSummary
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Message -match '^Deploying: 3 of 4 steps .* 2 errors, 1 warnings$' -and $Level -eq 'ERROR' }
        LabRunner\Complete-ProgressOperation -OperationId $id -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Match $id
    }
}

Describe 'Write-ProgressLog' {
    It 'logs at the level the Logging module knows: <Level>' -ForEach @(
        @{ Level = 'Info'; As = 'INFO' }, @{ Level = 'Success'; As = 'SUCCESS' }, @{ Level = 'Warning'; As = 'WARN' }, @{ Level = 'Error'; As = 'ERROR' }
    ) {
        Mock Write-CustomLog { } -ModuleName LabRunner
        Write-ProgressLog -Message 'm' -Level $Level
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Message -eq 'm' -and $Level -eq $As }
    }
}
