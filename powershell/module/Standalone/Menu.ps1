# Can be dot-sourced without the module LabRunner, which has the same functions.
if (-not (Get-Command -Name Write-CustomLog -ErrorAction Ignore) -or -not (Get-Command -Name Read-LoggedInput -ErrorAction Ignore)) {
    . "$PSScriptRoot/Logger.ps1"
}

#include Private/Write-LabLog.ps1
#include Public/Get-MenuSelection.ps1
