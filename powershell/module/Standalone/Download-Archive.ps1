# Can be dot-sourced without the module LabRunner, which has the same functions.
#include Private/New-LabError.ps1
#include Private/Resolve-LabFilePath.ps1
#include Private/New-CallerBlock.ps1
#include Private/Invoke-CallerWebRequest.ps1
#include Public/Get-CrossPlatformTempPath.ps1
#include Public/Get-GhDownloadArgs.ps1
#include Public/Invoke-ArchiveDownload.ps1
