# Can be dot-sourced without the module LabRunner, which has the same function.
if (-not (Get-Command -Name Invoke-LabWebRequest -ErrorAction Ignore)) { . "$PSScriptRoot/Network.ps1" }
if (-not (Get-Command -Name Get-Platform -ErrorAction Ignore)) { . "$PSScriptRoot/Get-Platform.ps1" }

#include Private/Write-LabLog.ps1
#include Private/New-LabError.ps1
#include Private/Resolve-LabFilePath.ps1
#include Public/Get-CrossPlatformTempPath.ps1
#include Public/Invoke-OpenTofuInstaller.ps1
