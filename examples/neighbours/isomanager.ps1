# Downloads an image and makes one of it that installs itself, with the module ISOManager.
param([string] $Folder = '.')

$operations = @(
    @{
        Name = 'Download'
        ScriptBlock = { param($Folder) Import-Module ISOManager; Get-ISODownload -ISOName 'ubuntu-24.04' -ISOType Linux -DownloadPath $Folder -VerifyIntegrity }
        Parameters = @{ Folder = $Folder }
        RetryCount = 2
        RetryDelay = 5
    }
    @{
        Name = 'Answers'
        ScriptBlock = { param($Folder) Import-Module ISOManager; New-AutounattendFile -Configuration @{ ComputerName = 'WEB-01' } -OutputPath "$Folder/autounattend.xml" }
        Parameters = @{ Folder = $Folder }
    }
    @{
        Name = 'Customize'
        ScriptBlock = { param($Folder) Import-Module ISOManager; New-CustomISO -SourceISOPath "$Folder/ubuntu-24.04.iso" -OutputISOPath "$Folder/web-01.iso" -AutounattendFile "$Folder/autounattend.xml" }
        Parameters = @{ Folder = $Folder }
        Dependencies = 'Download', 'Answers'
    }
)
Invoke-ParallelLabRunner -Operations $operations
