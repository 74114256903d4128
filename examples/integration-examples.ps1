#requires -Version 7.4
<#
.SYNOPSIS
Functions round a lab: a deployment that is checked first, one in stages, one in a build, a drill of a recovery.

.DESCRIPTION
Import LabRunner first. Dot-source this file to use the functions; call it to run each of them with the lab beside it, in a folder of
its own below the folder for temporary files.

.EXAMPLE
./examples/integration-examples.ps1

.EXAMPLE
. ./examples/integration-examples.ps1
Invoke-CheckedDeployment -Path ./shop.yaml
#>
[CmdletBinding()]
param()

# A lab is checked and planned before anything starts. Gives the report of the run.
function Invoke-CheckedDeployment {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Environment,
        # A run that is expected to take longer is not started.
        [timespan] $Longest = '04:00:00'
    )

    $check = Test-LabConfiguration -Path $Path -Environment $Environment
    if (-not $check.Valid) { throw "$Path cannot be deployed: $($check.Errors -join '; ')" }
    $plan = Get-LabPlan -Path $Path -Environment $Environment
    Write-Verbose "$($plan.Operations.Count) operations, $($plan.Makespan) by estimate; critical: $($plan.CriticalPath -join ', ')"
    if ($plan.Makespan -gt $Longest) { throw "$Path is expected to take $($plan.Makespan), longer than $Longest." }
    Start-AdvancedLabOrchestration -ConfigurationPath $Path -Environment $Environment
}

# Stage after stage, each in parallel; a stage that does not succeed is the last one.
function Invoke-StagedDeployment {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        # Names of operations, with wildcards; what they depend on belongs to an earlier stage, or to the same one.
        [Parameter(Mandatory)] [string[][]] $Stages
    )

    $done = @()
    foreach ($stage in $Stages) {
        $report = Start-AdvancedLabOrchestration -ConfigurationPath $Path -Only $stage
        $done += [pscustomobject]@{ Stage = $stage -join ', '; Status = $report.Summary.Status; Duration = $report.Summary.Duration }
        if (-not $report.Summary.Success) { break }
    }
    $done
}

# For a build server: nothing is asked, results come as JUnit and as a page, and the exit code says whether it went well.
function Invoke-LabBuild {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Results
    )

    $null = New-Item -ItemType Directory -Path $Results -Force
    $report = Start-AdvancedLabOrchestration -ConfigurationPath $Path -NonInteractive -Report "$Results/junit.xml", "$Results/run.html"
    [pscustomobject]@{
        ExitCode = $report.Summary.Success ? 0 : 1
        Failed = @($report.Results | Where-Object Success -EQ $false).Name
        Files = Get-ChildItem -LiteralPath $Results
    }
}

# Machines come back in the order of what depends on what, within a limit for all of it, and the answer says how long it took.
function Invoke-RecoveryDrill {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Machines,
        [Parameter(Mandatory)] [scriptblock] $Restore,
        [int] $MinutesAllowed = 60
    )

    $operations = foreach ($name in $Machines.Keys) {
        @{ Name = $name; ScriptBlock = $Restore; Parameters = @{ Machine = $name }; Dependencies = @($Machines[$name]); RetryCount = 1; RetryDelay = 1 }
    }
    $results = Invoke-ParallelLabRunner -RunName 'recovery-drill' -Operations $operations -RunTimeoutMinutes $MinutesAllowed -ContinueOnError -Ordered
    [pscustomobject]@{
        Recovered = @($results | Where-Object Success).Name
        Lost = @($results | Where-Object Success -EQ $false).Name
        Duration = (Get-LabRun -Name 'recovery-drill' -Last 1).Duration
    }
}

# Dot-sourced: only the functions are wanted.
if ($MyInvocation.InvocationName -eq '.') { return }

$ErrorActionPreference = 'Stop'
$lab = Join-Path $PSScriptRoot 'enterprise-lab-config.yaml'
$work = Join-Path ([System.IO.Path]::GetTempPath()) "labrunner-integration-$PID"
$null = New-Item -ItemType Directory -Path $work -Force
Push-Location -LiteralPath $work
try {
    $report = Invoke-CheckedDeployment -Path $lab
    "Checked:  $($report.Summary.Status), $(@($report.Results).Count) operations"

    $stages = Invoke-StagedDeployment -Path $lab -Stages @('create-networks', 'open-ports'), @('machine-*'), @('create-domain', 'install-*')
    foreach ($stage in $stages) { "Stage:    $($stage.Stage): $($stage.Status)" }

    $build = Invoke-LabBuild -Path $lab -Results "$work/results"
    "Build:    exit code $($build.ExitCode), $($build.Files.Name -join ' and ')"

    $drill = Invoke-RecoveryDrill -Machines ([ordered]@{ 'dc-01' = @(); 'sql-01' = 'dc-01'; 'web-01' = 'sql-01'; 'web-02' = 'sql-01' }) -Restore {
        param($Machine)
        "$Machine is restored"
    }
    "Recovery: $($drill.Recovered -join ', ')"
} finally {
    Pop-Location
    Remove-Item -LiteralPath $work -Recurse -Force
}
