#requires -Version 7.4
<#
.SYNOPSIS
What an operation costs, against ForEach-Object -Parallel in the same engine; and what importing costs.

.DESCRIPTION
Every figure is the median of several rounds. Rounds of what is compared take turns, so that a noisy
machine disturbs both. Ratios are what counts; the milliseconds are this machine's.

.EXAMPLE
./build.sh bench
#>
[CmdletBinding()]
param(
    [int] $Rounds = 5,
    [int] $Width = 4
)

$ErrorActionPreference = 'Stop'
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner')
Import-Module $module

. "$PSScriptRoot/Measure.ps1"

Write-Output "PowerShell $($PSVersionTable.PSVersion), $([Environment]::ProcessorCount) processors, median of $Rounds rounds"

# --- sleeps at a great width; the cold call comes first, before anything is warm ---
$sleeps = foreach ($i in 1..200) { @{ Name = "sleep-$i"; ScriptBlock = { Start-Sleep -Milliseconds 50 } } }
$ideal = [math]::Ceiling(200 / 32) * 50
$cold = Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $sleeps -MaxConcurrency 32 }
$peerSleep = Measure-Milliseconds { 1..200 | ForEach-Object -ThrottleLimit 32 -Parallel { Start-Sleep -Milliseconds 50 } }
$warm = Get-Median (1..$Rounds | ForEach-Object { Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $sleeps -MaxConcurrency 32 } })
Write-Output ''
Write-Output "200 operations of Start-Sleep -Milliseconds 50 at width 32 (ideal $ideal ms)"
Write-Output ('  ForEach-Object -Parallel, first call     {0,8:n0} ms' -f $peerSleep)
Write-Output ('  LabRunner, first call                    {0,8:n0} ms   {1:n2} times as fast' -f $cold, ($peerSleep / $cold))
Write-Output ('  LabRunner, later calls                   {0,8:n0} ms   {1:n2} of the ideal' -f $warm, ($ideal / $warm))

# --- trivial operations ---
$count = 2000
$trivial = foreach ($i in 1..$count) { @{ Name = "trivial-$i"; ScriptBlock = {} } }
$ours = [double[]]::new($Rounds)
$peer = [double[]]::new($Rounds)
[void](Invoke-ParallelLabRunner -Operations $trivial -MaxConcurrency $Width)
for ($round = 0; $round -lt $Rounds; $round++) {
    $ours[$round] = Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $trivial -MaxConcurrency $Width }
    $peer[$round] = Measure-Milliseconds { 1..$count | ForEach-Object -ThrottleLimit $Width -Parallel {} }
}
$ours = (Get-Median $ours) / $count
$peer = (Get-Median $peer) / $count
Write-Output ''
Write-Output "$count trivial operations at width $Width, for one operation"
Write-Output ('  ForEach-Object -Parallel                 {0,8:n3} ms' -f $peer)
Write-Output ('  Invoke-ParallelLabRunner                 {0,8:n3} ms   {1:n1} times less' -f $ours, ($peer / $ours))

# --- import, in fresh processes ---
. "$PSScriptRoot/../tests/pester/Invoke-SamePowerShell.ps1"
$empty = Join-Path ([IO.Path]::GetTempPath()) "labrunner-empty-$PID"
[void](New-Item -ItemType Directory -Path $empty -Force)
Set-Content (Join-Path $empty 'Empty.psm1') ''
Set-Content (Join-Path $empty 'Empty.psd1') "@{ RootModule = 'Empty.psm1'; ModuleVersion = '1.0'; GUID = '5b8f8f0e-6a0e-4d5e-9a37-6d9c1b0a7a02'; FunctionsToExport = @(); CmdletsToExport = @(); AliasesToExport = @(); VariablesToExport = @() }"
try {
    $time = '$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module $args[0]; $w.Elapsed.TotalMilliseconds'
    $importOf = { param($Path) [double](Invoke-SamePowerShell -Command "& { $time } '$Path'") }
    $ourImport = [double[]]::new($Rounds)
    $emptyImport = [double[]]::new($Rounds)
    for ($round = 0; $round -lt $Rounds; $round++) {
        $emptyImport[$round] = & $importOf (Join-Path $empty 'Empty.psd1')
        $ourImport[$round] = & $importOf (Join-Path $module 'LabRunner.psd1')
    }
    $ourImport = Get-Median $ourImport
    $emptyImport = Get-Median $emptyImport
    Write-Output ''
    Write-Output 'Import-Module in a fresh process'
    Write-Output ('  an empty module                          {0,8:n0} ms' -f $emptyImport)
    Write-Output ('  LabRunner                                {0,8:n0} ms   {1:n0} ms more' -f $ourImport, ($ourImport - $emptyImport))
}
finally {
    Remove-Item $empty -Recurse -Force
}
