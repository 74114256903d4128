<#
.SYNOPSIS
    A script of a lab: copy it, give it a name, and write your steps into it.
.DESCRIPTION
    Dot-sourced, it makes sure that Invoke-LabStep and Write-CustomLog are there. Run, it runs its step.
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

if (-not (Get-Command -Name Invoke-LabStep -ErrorAction Ignore)) {
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
