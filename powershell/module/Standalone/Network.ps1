# Can be dot-sourced without the module LabRunner, which has the same functions.
if (-not (Get-Command -Name Write-CustomLog -ErrorAction Ignore)) {
    . "$PSScriptRoot/Logger.ps1"
}

#include Private/Write-LabLog.ps1
#include Private/New-LabError.ps1
#include Private/Resolve-LabFilePath.ps1
#include Private/New-CallerBlock.ps1
#include Private/Invoke-CallerWebRequest.ps1
#include Public/Invoke-LabWebRequest.ps1
#include Public/Invoke-LabNpm.ps1
