# A logger that goes away after the import, or fails, hides no error: another module takes Write-CustomLog with it, and
# LabRunner writes its lines itself.

BeforeAll {
    . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
    $script:module = (Get-Module -Name LabRunner).ModuleBase
    $script:neighbours = (Resolve-Path "$PSScriptRoot/../../data/modules/neighbours").ProviderPath
    Set-Content -LiteralPath "$TestDrive/o.yaml" -Value 'name: O', 'operations:', '  - { name: a, script: "1" }'
    Set-Content -LiteralPath "$TestDrive/bad.yaml" -Value 'name: O', 'operations:', '  - { name: a, script: "1", dependencies: [b] }'

    # Runs code in a session with a logger at the import that is then lost, or replaced.
    function script:Invoke-WithoutLogger([string] $Loss, [string] $Code) {
        $file = "$TestDrive/driver.ps1"
        Set-Content -LiteralPath $file -Value @"
`$env:LABRUNNER_HOME = '$TestDrive/home'
Import-Module '$neighbours/Logging' -Global
Import-Module '$module' -Global
$Loss
Set-Location '$TestDrive'
$Code
"@
        Invoke-SamePowerShell -File $file
    }
}

Describe 'A logger that was there at the import and <Name>' -ForEach @(
    @{ Name = 'is gone'; Loss = 'Remove-Module Logging' }
    @{ Name = 'fails'; Loss = 'Remove-Module Logging; function global:Write-CustomLog { throw "the log is broken" }' }
    @{ Name = 'refuses what it is given'; Loss = 'Remove-Module Logging; function global:Write-CustomLog { [CmdletBinding()] param([int] $Number) }' }
) {
    BeforeAll {
        $said = Invoke-WithoutLogger $Loss @'
try { Invoke-LabStep -Config @{} -Body { throw 'the real reason' } } catch { "caught: $_" }
'case answers'
"mock: $(Invoke-CrossPlatformCommand -CommandName Nope -MockResult x 6>$null)"
$env:PESTER_RUN = 'true'
"input: $(Read-LoggedInput -Prompt p -DefaultValue d 6>$null)"
"standard: $((Initialize-StandardParameters -ScriptName s -InputParameters @{} 6>$null).ScriptName)"
try { Initialize-StandardParameters -ScriptName s -RequiredParameters n 6>$null } catch { "required: $_" }
Write-ProgressLog 'm' 6>$null
'progress'
'case deployments'
foreach ($lab in 'o.yaml', 'bad.yaml', 'none.yaml') {
    $result = Start-EnhancedLabDeployment -ConfigurationPath $lab -ShowProgress 6>$null 2>$null
    "$lab $($result.Success) $($result.Stages.Contains('Prepare')) $($result.Errors.Count)"
}
'@
        $answers, $deployments = [array]::IndexOf($said, 'case answers'), [array]::IndexOf($said, 'case deployments')
    }

    It 'hides no error of a step' {
        $ofStep = $said[0..($answers - 1)]
        $ofStep[-1] | Should -Be 'caught: the real reason'
        "$ofStep" | Should -Match '\[ERROR\] ERROR: the real reason' -Because 'the line is written by the module itself'
    }

    It 'keeps no command from its answer' {
        $said[($answers + 1)..($deployments - 1)] | Should -Be @('mock: x', 'input: d', 'standard: s', "required: Required parameter 'n' missing for script: s.", 'progress')
    }

    It 'keeps no deployment from its result' {
        @($said[($deployments + 1)..($said.Count - 1)] | Where-Object { $_ -match '\.yaml ' }) | Should -Be @('o.yaml True True 0', 'bad.yaml False True 1', 'none.yaml False True 1')
    }
}

Describe 'A logger that comes after the import' {
    It 'gets the lines of the module' {
        $said = Invoke-WithoutLogger 'Remove-Module Logging; function global:Write-CustomLog { param($Message, $Level) "$Level|$Message" | Out-File -Append ./log.txt }' 'Write-ProgressLog "ready" -Level Success; Get-Content ./log.txt'
        @($said)[-1] | Should -Be 'SUCCESS|ready'
    }
}

Describe 'Start-EnhancedLabDeployment of what is not there' {
    It 'writes an error and returns its result' -ForEach @{ Path = 'none.yaml' }, @{ Path = '.' }, @{ Path = 'nodrive:/x' }, @{ Path = 'Env:PATH' } {
        Push-Location $TestDrive
        try {
            $result = Start-EnhancedLabDeployment -ConfigurationPath $Path -ErrorVariable said 2>$null 6>$null
            $result.Success | Should -BeFalse
            $result.Stages.Prepare.Success | Should -BeFalse
            $result.Errors.Count | Should -Be 1
            $result.EndTime | Should -BeOfType [datetime]
            $said[-1].FullyQualifiedErrorId | Should -Be 'LabRunner.FileUnreadable,Start-EnhancedLabDeployment'
            { Start-EnhancedLabDeployment -ConfigurationPath $Path -ErrorAction Stop 6>$null } | Should -Throw -ErrorId 'LabRunner.FileUnreadable,Start-EnhancedLabDeployment'
        } finally { Pop-Location }
    }
}
