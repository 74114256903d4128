#requires -Version 7.4
<#
.SYNOPSIS
Runs the example lab and shows what came out of it.

.DESCRIPTION
Import LabRunner first. The lab works in a folder of its own below the folder for temporary files.

.EXAMPLE
./build.sh run
#>
[CmdletBinding()]
param(
    # Plan and check only; nothing is started.
    [switch] $DryRun,

    # The order operations are started in.
    [ValidateSet('Sequential', 'Parallel', 'Intelligent')]
    [string] $OrchestrationMode = 'Intelligent'
)

$ErrorActionPreference = 'Stop'

# The lab starts a program by its name, so the folder of that program goes on the PATH of this process.
if ($env:LABRUNNER_LAB_WEB) {
    $env:PATH = (Split-Path $env:LABRUNNER_LAB_WEB) + [IO.Path]::PathSeparator + $env:PATH
}

$work = Join-Path ([IO.Path]::GetTempPath()) "labrunner-example-$PID"
[void](New-Item -ItemType Directory -Path $work -Force)
Push-Location $work
try {
    $report = Start-AdvancedLabOrchestration -ConfigurationPath (Join-Path $PSScriptRoot 'local-lab.yaml') `
        -OrchestrationMode $OrchestrationMode -DryRun:$DryRun -ShowProgress
}
finally {
    Pop-Location
    Remove-Item $work -Recurse -Force
}

if ($DryRun) {
    Write-Host ''
    Write-Host 'Plan, nothing was started:'
    $report.ExecutionPlan.Operations | Format-Table Level, Name, Dependencies, Critical | Out-String | Write-Host
    return
}

$report.Results | Out-String | Write-Host
Write-Host ("{0}: {1} of {2} operations succeeded in {3:n1} s, up to {4} at once" -f
    $report.Summary.Status, @($report.Results | Where-Object Success).Count, @($report.Results).Count,
    $report.Summary.Duration.TotalSeconds, $report.Metrics.PeakConcurrency)
Write-Host "The run's files are in $($report.Summary.RunDirectory)"
if (-not $report.Summary.Success) { exit 1 }
