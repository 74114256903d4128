. "$PSScriptRoot/../CallRecord.ps1"

function Get-ModuleConfiguration {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ModuleName, [string] $Environment, [switch] $Raw)
    Write-Call $MyInvocation $PSBoundParameters
    @{ MaxConcurrentJobs = 5; DefaultTimeout = 3600; EnableParallelExecution = $true }
}

function Set-ModuleConfiguration {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ModuleName, [Parameter(Mandatory)] [hashtable] $Configuration, [string] $Environment, [switch] $Merge)
    Write-Call $MyInvocation $PSBoundParameters
}

function Register-ModuleConfiguration {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ModuleName, [Parameter(Mandatory)] [hashtable] $Schema, [hashtable] $DefaultConfiguration)
    Write-Call $MyInvocation $PSBoundParameters
}
