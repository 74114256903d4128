. "$PSScriptRoot/../CallRecord.ps1"

function Start-InfrastructureDeployment {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [ValidateScript({ Test-Path -LiteralPath $_ })] [string] $ConfigurationPath,
        [string] $Repository,
        [switch] $DryRun,
        [ValidateSet('Prepare', 'Validate', 'Plan', 'Apply', 'Verify')] [string] $Stage,
        [string] $Checkpoint,
        [ValidateRange(0, 5)] [int] $MaxRetries = 2,
        [switch] $Force,
        [switch] $SkipPreChecks
    )
    Write-Call $MyInvocation $PSBoundParameters
    [pscustomobject]@{
        Success = $env:LAB_TOFU_FAILS -ne '1'
        DeploymentId = 'd-1'
        Stages = @{ Apply = @{ Success = $env:LAB_TOFU_FAILS -ne '1'; Duration = [timespan]::FromSeconds(1) } }
        Resources = @{ vm = @('web-01', 'web-02') }
        Errors = @(if ($env:LAB_TOFU_FAILS -eq '1') { 'no quota' })
        Warnings = @('the image is old')
        Outputs = @{}
    }
}

function New-DeploymentPlan {
    [CmdletBinding()]
    param([Parameter(Mandatory, ValueFromPipeline)] [pscustomobject] $Configuration, [switch] $DryRun, [switch] $SkipPreChecks, [object] $CustomStages, [int] $ParallelThreshold)
    process {
        Write-Call $MyInvocation $PSBoundParameters
        [pscustomobject]@{ IsValid = $true; Name = $Configuration.name }
    }
}

function New-LabInfrastructure {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ConfigPath, [switch] $PlanOnly, [switch] $AutoApprove, [switch] $Force)
    Write-Call $MyInvocation $PSBoundParameters
}

function Read-DeploymentConfiguration {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path, [string] $Schema, [switch] $ExpandVariables, [string] $Merge)
    Write-Call $MyInvocation $PSBoundParameters
    [pscustomobject]@{ name = [System.IO.Path]::GetFileNameWithoutExtension($Path) }
}
