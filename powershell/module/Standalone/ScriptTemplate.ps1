<#
.SYNOPSIS
    A script of a lab: copy it, give it a name, and write your steps into it.
.DESCRIPTION
    Dot-sourced, it defines Invoke-LabStep and Write-CustomLog, also where there is no module. Run, it runs its step.
.PARAMETER Config
    The lab's configuration: an object, a dictionary, JSON text, or the path of a file.
.EXAMPLE
    ./ScriptTemplate.ps1 -Config @{ Name = 'WEB-01' } -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [object] $Config,

    [ValidateSet('silent', 'normal', 'detailed')]
    [string] $Verbosity = 'normal',

    [switch] $Auto,

    [switch] $Force
)

if ($MyInvocation.InvocationName -eq '.') {
    if (-not (Get-Command -Name Write-CustomLog -ErrorAction Ignore)) { . "$PSScriptRoot/Logger.ps1" }
    if (-not (Get-Command -Name Invoke-LabStep -ErrorAction Ignore)) {
#include Private/New-LabError.ps1
#include Private/New-CallerBlock.ps1
#include Private/Write-LabLog.ps1
#include Public/Invoke-LabStep.ps1
    }
} elseif (-not (Get-Command -Name Initialize-StandardParameters -ErrorAction Ignore)) {
    $modules = if ($env:PWSH_MODULES_PATH) { $env:PWSH_MODULES_PATH } else { Split-Path -Path $PSScriptRoot -Parent }
    Import-Module -Name (Join-Path $modules 'LabRunner') -Force
}

# Dot-sourced, it brings the commands and runs nothing.
if ($MyInvocation.InvocationName -eq '.') { return }

$standard = Initialize-StandardParameters -InputParameters $PSBoundParameters -ScriptName $MyInvocation.MyCommand.Name

Invoke-LabStep -Config $Config -Body {
    Write-CustomLog "Running $($standard.ScriptName)"
    if ($PSCmdlet.ShouldProcess($standard.ScriptName, 'Deploy')) {
        # Your steps.
    }
    Write-CustomLog "Completed $($standard.ScriptName)" -Level SUCCESS
}
