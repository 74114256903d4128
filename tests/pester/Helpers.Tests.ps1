# The commands that scripts lean on.

Describe 'Initialize-StandardParameters' {
    BeforeEach { $before = $env:LAB_CONSOLE_LEVEL; $env:LAB_CONSOLE_LEVEL = $null }
    AfterEach { $env:LAB_CONSOLE_LEVEL = $before }

    It 'reads <Level> as <Verbosity>' -ForEach @(
        @{ Level = '0'; Verbosity = 'silent' }, @{ Level = '1'; Verbosity = 'normal' }, @{ Level = '2'; Verbosity = 'detailed' }
        @{ Level = 'SILENT'; Verbosity = 'silent' }, @{ Level = 'WARN'; Verbosity = 'normal' }, @{ Level = 'DEBUG'; Verbosity = 'detailed' }
    ) {
        $env:LAB_CONSOLE_LEVEL = $Level
        (Initialize-StandardParameters -ScriptName x 6>$null).Verbosity | Should -Be $Verbosity
        $env:LAB_CONSOLE_LEVEL | Should -Be $Level
    }

    It 'sets the console level for what is called next' {
        $null = Initialize-StandardParameters -ScriptName x -InputParameters @{ Verbosity = 'detailed' } 6>$null
        $env:LAB_CONSOLE_LEVEL | Should -Be '2'
    }

    It 'names a missing parameter and the script' {
        { Initialize-StandardParameters -ScriptName Deploy.ps1 -InputParameters @{} -RequiredParameters ServerName 6>$null } |
            Should -Throw "Required parameter 'ServerName' missing for script: Deploy.ps1"
    }

    It 'takes the name of the calling script by itself' {
        Set-Content -Path TestDrive:/Deploy-It.ps1 -Value '(Initialize-StandardParameters -InputParameters $PSBoundParameters 6>$null).ScriptName'
        & (Get-Item TestDrive:/Deploy-It.ps1).FullName | Should -Be 'Deploy-It.ps1'
    }

    It 'works as the first thing in a script, with -Verbose and with -WhatIf' {
        Set-Content -Path TestDrive:/New-It.ps1 -Value @'
[CmdletBinding(SupportsShouldProcess)] param([switch] $Auto)
$standard = Initialize-StandardParameters -InputParameters $PSBoundParameters -Verbose 6>$null
"$($standard.IsWhatIfMode) $($standard.IsAutoMode) $($standard.IsNonInteractive)"
'@
        & (Get-Item TestDrive:/New-It.ps1).FullName -Auto -WhatIf | Should -Be 'True True True'
    }
}

Describe 'Get-Platform' {
    It 'is a text, and understands the comparison existing scripts pass to it' {
        $platform = Get-Platform
        $platform | Should -BeOfType [string]
        Get-Platform -eq $platform | Should -BeTrue
        Get-Platform -eq 'Amiga' | Should -BeFalse
    }
}

Describe 'Write-CustomLog' {
    It 'accepts every level in use, by name and by position' {
        foreach ($level in 'INFO', 'WARN', 'WARNING', 'ERROR', 'SUCCESS', 'DEBUG', 'TRACE', 'VERBOSE') {
            { LabRunner\Write-CustomLog -Message 'm' -Level $level 6>$null } | Should -Not -Throw
        }
        (LabRunner\Write-CustomLog 'by position' 'WARN' 6>&1 | Out-String) | Should -Match '\[WARN\] by position'
    }

    It 'shows errors only when it is told to be silent' {
        $level = $env:LAB_CONSOLE_LEVEL
        try {
            $env:LAB_CONSOLE_LEVEL = '0'
            LabRunner\Write-CustomLog 'x' 6>&1 | Should -BeNullOrEmpty
            LabRunner\Write-CustomLog 'x' ERROR 6>&1 | Should -Not -BeNullOrEmpty
        } finally {
            $env:LAB_CONSOLE_LEVEL = $level
        }
    }
}

Describe 'Start-LabAutomation' {
    It 'says what it looked for' {
        Push-Location TestDrive:/
        try { $result = Start-LabAutomation -LabName Nowhere 2>$null } finally { Pop-Location }
        $result.Success | Should -BeFalse
        $result.Message | Should -Match 'is called Nowhere \(\.yaml'
        $result.Message | Should -Match 'configs.labs is called|\.psd1\)'
    }

    It 'asks nothing and starts nothing with -WhatIf' {
        $result = Start-LabAutomation -Configuration @{ Operations = @{ Name = 'A'; ScriptBlock = { throw 'ran' } } } -WhatIf 6>$null
        $result.Status | Should -Be 'DryRun'
    }
}
