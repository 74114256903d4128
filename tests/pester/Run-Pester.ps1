<#
.SYNOPSIS
Runs the Pester suite against the staged module and ends with a line `PESTER <passed> <failed> <skipped>`.
.PARAMETER ModulePath
The staged module; by default the one of this checkout.
.PARAMETER Filter
Only tests whose full name contains this.
.PARAMETER PesterPath
The Pester to use; by default the newest one that PowerShell finds.
.EXAMPLE
./tests/pester/Run-Pester.ps1
#>
[CmdletBinding()]
param(
    [string] $ModulePath = (Join-Path -Path $PSScriptRoot -ChildPath '../../out/LabRunner'),
    [string] $Filter,
    [string] $PesterPath
)

$ErrorActionPreference = 'Stop'
if ($PesterPath) {
    Import-Module -Name $PesterPath
} else {
    Import-Module -Name Pester -MinimumVersion 5.0.0
}
Import-Module -Name $ModulePath -Force

$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
# A failing test must tell what failed, not stop at the first thing that did.
$configuration.Should.ErrorAction = 'Continue'
if ($Filter) {
    $configuration.Filter.FullName = "*$Filter*"
}

$tests = @(Get-ChildItem -LiteralPath $PSScriptRoot -Recurse -Filter '*.Tests.ps1')
if ($tests.Count -eq 0) {
    Write-Host "There are no *.Tests.ps1 in $PSScriptRoot."
    Write-Host 'PESTER 0 1 0'
    exit 1
}

$result = Invoke-Pester -Configuration $configuration
# A file or block that could not be set up is a failure, though none of its tests ran.
$broken = $result.FailedContainersCount + $result.FailedBlocksCount
$failed = $result.FailedCount + $broken
# What a filter leaves out was not asked for, and so is not skipped.
$skipped = $result.SkippedCount + $result.InconclusiveCount
Write-Host "PESTER $($result.PassedCount) $failed $skipped"
exit [int] ($failed -gt 0)
