<#
.SYNOPSIS
Runs the Pester suite against the staged module and ends with what failed and a line `PESTER <passed> <failed> <skipped>`.
.PARAMETER ModulePath
The staged module; by default the one of this checkout.
.PARAMETER Path
Test files, or folders of them; by default all of this folder.
.PARAMETER Paths
The same as one text with commas, for callers that start PowerShell with -File; relative ones begin at the checkout.
.PARAMETER Filter
Only tests whose full name contains this.
.PARAMETER PesterPath
The Pester to use; by default the newest one that PowerShell finds.
.EXAMPLE
./tests/pester/Run-Pester.ps1
.EXAMPLE
./tests/pester/Run-Pester.ps1 -Path ./tests/pester/Runs.Tests.ps1
#>
[CmdletBinding()]
param(
    [string] $ModulePath = (Join-Path -Path $PSScriptRoot -ChildPath '../../out/LabRunner'),
    [string[]] $Path = $PSScriptRoot,
    [string] $Paths,
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

if ($Paths) { $Path = $Paths -split ',' | ForEach-Object { [System.IO.Path]::GetFullPath($_, (Join-Path -Path $PSScriptRoot -ChildPath '../..')) } }
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
# Who reads along learns which file and block runs.
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
$configuration.Output.CIFormat = 'None'
# A failing test must tell what failed, not stop at the first thing that did.
$configuration.Should.ErrorAction = 'Continue'
# Tests that no fallback can pass say by a tag which member of the engine they need.
if ($env:LABRUNNER_ENGINE_MEMBERS -eq 'off') { $configuration.Filter.ExcludeTag = 'NeedsEngineMember:*' }
if ($Filter) {
    $configuration.Filter.FullName = "*$Filter*"
}

$tests = @(Get-ChildItem -LiteralPath $Path -Recurse -Filter '*.Tests.ps1')
if ($tests.Count -eq 0) {
    Write-Host "There are no *.Tests.ps1 in $Path."
    Write-Host 'PESTER 0 1 0'
    exit 1
}

# Tests run as a user's session does, not with the preference of this script.
$ErrorActionPreference = 'Continue'
$result = Invoke-Pester -Configuration $configuration
$ErrorActionPreference = 'Stop'
# A file or block that could not be set up is a failure, though none of its tests ran.
$broken = $result.FailedContainersCount + $result.FailedBlocksCount
$failed = $result.FailedCount + $broken
# What a filter leaves out was not asked for, and so is not skipped.
$skipped = $result.SkippedCount + $result.InconclusiveCount
if ($failed) {
    Write-Host 'PESTER FAILURES'
    foreach ($one in @($result.FailedContainers) + @($result.FailedBlocks) + @($result.Failed)) {
        Write-Host "$($one.ExpandedPath ?? $one.Item) ($($one.ScriptBlock.File ?? $one.Item))"
        foreach ($record in $one.ErrorRecord) {
            $where = @("$($record.ScriptStackTrace)" -split '\r?\n' | Where-Object { $_ -notmatch 'Pester\.psm1' } | Select-Object -First 1)
            Write-Host ("$record`n$where".TrimEnd() -replace '(?m)^', '    ')
        }
    }
}
Write-Host "PESTER $($result.PassedCount) $failed $skipped"
exit [int] ($failed -gt 0)
