. "$PSScriptRoot/../CallRecord.ps1"

function Get-ISODownload {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ISOName, [string] $Version, [string] $Architecture, [string] $Language, [ValidateSet('Windows', 'Linux', 'Custom')] [string] $ISOType,
        [string] $CustomURL, [string] $DownloadPath, [switch] $VerifyIntegrity, [switch] $Force, [int] $RetryCount, [int] $RetryDelaySeconds, [int] $TimeoutSeconds)
    Write-Call $MyInvocation $PSBoundParameters
    [pscustomobject]@{ Name = $ISOName; FilePath = "$DownloadPath/$ISOName.iso" }
}

function New-CustomISO {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $SourceISOPath, [Parameter(Mandatory)] [string] $OutputISOPath, [string] $AutounattendFile, [hashtable] $AutounattendConfig)
    Write-Call $MyInvocation $PSBoundParameters
    [pscustomobject]@{ Success = $true; OutputISO = $OutputISOPath }
}

function New-AutounattendFile {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Configuration, [Parameter(Mandatory)] [string] $OutputPath, [string] $OSType, [string] $Edition)
    Write-Call $MyInvocation $PSBoundParameters
    [pscustomobject]@{ Success = $true; FilePath = $OutputPath }
}
