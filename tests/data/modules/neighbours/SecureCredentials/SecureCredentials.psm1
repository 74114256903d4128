. "$PSScriptRoot/../CallRecord.ps1"

function Get-SecureCredential {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $CredentialName)
    Write-Call $MyInvocation $PSBoundParameters
    $secret = [securestring]::new()
    foreach ($character in 'stand-in'.ToCharArray()) { $secret.AppendChar($character) }
    [pscredential]::new("user-of-$CredentialName", $secret)
}

function New-SecureCredential {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $CredentialName, [Parameter(Mandatory)] [ValidateSet('UserPassword', 'ServiceAccount', 'APIKey', 'Certificate')] [string] $CredentialType,
        [string] $Username, [securestring] $Password, [string] $APIKey, [string] $CertificatePath, [string] $Description, [hashtable] $Metadata)
    Write-Call $MyInvocation $PSBoundParameters
}
