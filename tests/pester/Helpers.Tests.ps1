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

    It 'holds for the lines of the script that asks, and ends with it' {
        Set-Content -Path TestDrive:/Speak.ps1 -Value 'param($Verbosity, $Label)', '$null = Initialize-StandardParameters -ScriptName Speak -InputParameters $PSBoundParameters', 'Write-CustomLog "info $Label"', 'Write-CustomLog "debug $Label" -Level DEBUG', '& { Write-ProgressLog "module $Label" }'
        $speak = (Get-Item TestDrive:/Speak.ps1).FullName
        "$(& $speak -Verbosity silent -Label s 6>&1)" | Should -Not -Match '(info|debug|module) s'
        "$(& $speak -Verbosity normal -Label n 6>&1)" | Should -Match 'info n.*module n'
        "$(& $speak -Verbosity detailed -Label d 6>&1)" | Should -Match 'info d.*debug d.*module d'
        $env:LAB_CONSOLE_LEVEL | Should -BeNullOrEmpty
        "$(Write-CustomLog 'after' 6>&1)" | Should -Match 'after'
        $env:LAB_CONSOLE_LEVEL = '0'
        "$(& $speak -Verbosity detailed -Label e 6>&1)" | Should -Match 'debug e'
        $env:LAB_CONSOLE_LEVEL | Should -Be '0'
    }

    It 'refuses a verbosity that does not exist, at the line of the call' {
        $fault = { Initialize-StandardParameters -ScriptName x -InputParameters @{ Verbosity = 'loud' } 6>$null } | Should -Throw -ErrorId 'LabRunner.InvalidValue,Initialize-StandardParameters' -PassThru
        "$fault" | Should -Be "Verbosity must be silent, normal or detailed, not 'loud', for script: x."
        $fault.InvocationInfo.Line | Should -Match "Verbosity = 'loud'"
    }

    It 'is detailed for a script that is called with -Verbose' {
        (Initialize-StandardParameters -ScriptName x -InputParameters @{ Verbose = $true } 6>$null).Verbosity | Should -Be 'detailed'
        (Initialize-StandardParameters -ScriptName x -InputParameters @{ Verbose = $true; Verbosity = 'SILENT' } 6>$null).Verbosity | Should -Be 'silent'
    }

    It 'tells the modules that are loaded, and no others' {
        # In a session of its own: where Logging has been, the module's own logger has gone.
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        $neighbours = "$PSScriptRoot/../data/modules/neighbours"
        $loaded = '"$((Initialize-StandardParameters -ScriptName x 6>$null).ModulesLoaded)"'
        Invoke-SamePowerShell -Command "
            Import-Module '$((Get-Module LabRunner).ModuleBase)'
            $loaded
            Import-Module '$neighbours/ISOManager', '$neighbours/Logging'
            $loaded" | Should -Be @('', 'ISOManager Logging')
    }

    It 'names a missing parameter and the script, at the line of the call' {
        $fault = { Initialize-StandardParameters -ScriptName Deploy.ps1 -InputParameters @{} -RequiredParameters ServerName 6>$null } |
            Should -Throw "Required parameter 'ServerName' missing for script: Deploy.ps1." -ErrorId 'LabRunner.MissingParameter,Initialize-StandardParameters' -PassThru
        $fault.InvocationInfo.Line | Should -Match 'RequiredParameters ServerName'
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
        try { $result = Start-LabAutomation -LabName Nowhere -ErrorAction SilentlyContinue } finally { Pop-Location }
        $result.Success | Should -BeFalse
        $result.Message | Should -Match 'is called Nowhere \(\.yaml'
        $result.Message | Should -Match 'configs.labs is called|\.psd1\)'
    }

    It 'asks nothing and starts nothing with -WhatIf' {
        $result = Start-LabAutomation -Configuration @{ Operations = @{ Name = 'A'; ScriptBlock = { throw 'ran' } } } -WhatIf 6>$null
        $result.Status | Should -Be 'DryRun'
    }
}
