# Can be dot-sourced without the module LabRunner, which has the same functions.
if (-not (Get-Command -Name Write-CustomLog -ErrorAction Ignore) -or -not (Get-Command -Name Read-LoggedInput -ErrorAction Ignore)) {
    . "$PSScriptRoot/Logger.ps1"
}

#include Private/Write-LabLog.ps1
#include Private/New-LabError.ps1
#include Private/Resolve-LabFilePath.ps1
#include Public/Expand-All.ps1

# The module unpacks by itself; without it there is Expand-Archive.
function Test-OwnExpandArchive { $false }
