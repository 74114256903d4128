# Can be dot-sourced without the module LabRunner, which has the same functions.
#include Private/New-LabError.ps1
#include Private/Resolve-LabFilePath.ps1
#include Private/New-CallerBlock.ps1
#include Private/Invoke-CallerWebRequest.ps1
#include Public/Get-CrossPlatformTempPath.ps1
#include Public/Get-GhDownloadArgs.ps1
#include Public/Invoke-ArchiveDownload.ps1

# Unpacking is the module's, which lies beside this file.
function Expand-LabArchive {
    param([string] $Source, [string] $Target, [string] $Format)

    Import-Module -Name "$PSScriptRoot/LabRunner.psd1"
    $unpack = @{ Name = 'archive'; Provider = 'archive'; Source = $Source; Target = $Target; Format = $Format; IfExists = 'Merge' }
    $result = LabRunner\Invoke-ParallelLabRunner -Operations $unpack -NoRecord -ErrorAction Ignore
    $result.ErrorRecord
}
