. "$PSScriptRoot/../CallRecord.ps1"

function Start-ProgressOperation {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $OperationName,
        [Parameter(Mandatory)] [ValidateRange(0, [int]::MaxValue)] [int] $TotalSteps,
        [switch] $ShowTime,
        [switch] $ShowETA,
        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')] [string] $Style = 'Bar'
    )
    Write-Call $MyInvocation $PSBoundParameters
    'tracked-1'
}

function Update-ProgressOperation {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $OperationId, [int] $CurrentStep, [string] $StepName, [switch] $IncrementStep)
    Write-Call $MyInvocation $PSBoundParameters
}

function Complete-ProgressOperation {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $OperationId, [switch] $ShowSummary)
    Write-Call $MyInvocation $PSBoundParameters
}

function Add-ProgressError {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $OperationId, [Parameter(Mandatory)] [string] $Error)
    Write-Call $MyInvocation $PSBoundParameters
}

function Add-ProgressWarning {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $OperationId, [Parameter(Mandatory)] [string] $Warning)
    Write-Call $MyInvocation $PSBoundParameters
}

function Start-MultiProgress {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Title, [Parameter(Mandatory)] [hashtable[]] $Operations)
    Write-Call $MyInvocation $PSBoundParameters
}
