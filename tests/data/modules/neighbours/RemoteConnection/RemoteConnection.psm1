. "$PSScriptRoot/../CallRecord.ps1"

function New-RemoteConnection {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ConnectionName, [Parameter(Mandatory)] [ValidateSet('SSH', 'WinRM', 'VMware', 'Hyper-V', 'Docker', 'Kubernetes')] [string] $EndpointType,
        [Parameter(Mandatory)] [string] $HostName, [int] $Port, [string] $CredentialName, [int] $ConnectionTimeout, [switch] $EnableSSL, [switch] $Force)
    Write-Call $MyInvocation $PSBoundParameters
    [pscustomobject]@{ Success = $true; ConnectionName = $ConnectionName }
}

function Invoke-RemoteCommand {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ConnectionName, [Parameter(Mandatory)] [string] $Command, [hashtable] $Parameters, [int] $TimeoutSeconds, [switch] $AsJob)
    Write-Call $MyInvocation $PSBoundParameters
    "${ConnectionName}: $Command"
}
