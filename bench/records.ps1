#requires -Version 7.4
<#
.SYNOPSIS
What a record costs the operations of a run.

.DESCRIPTION
Trivial operations with a record and without one, in turns, in time and in processor time of the whole process. Asserts nothing.

.EXAMPLE
pwsh -NoProfile -File bench/records.ps1
#>
[CmdletBinding()]
param(
    [int] $Rounds = 9,
    [int] $Operations = 10000
)

$ErrorActionPreference = 'Stop'
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner')
Import-Module $module

. "$PSScriptRoot/Measure.ps1"

$before = $env:LABRUNNER_HOME
$store = Join-Path ([IO.Path]::GetTempPath()) "labrunner-bench-records-$PID"
$env:LABRUNNER_HOME = $store
try {
    $trivial = foreach ($i in 1..$Operations) { @{ Name = "o$i"; ScriptBlock = {} } }
    $kinds = [ordered]@{
        'without a record' = @{ NoRecord = $true }
        'with a record' = @{ RunName = 'bench' }
    }
    $times = @{}
    foreach ($name in $kinds.Keys) { $times[$name] = [double[]]::new($Rounds), [double[]]::new($Rounds) }
    $process = [Diagnostics.Process]::GetCurrentProcess()
    # The runtime recompiles what is called often until about the tenth call.
    foreach ($round in -6..($Rounds - 1)) {
        foreach ($name in $kinds.Keys) {
            $options = $kinds[$name]
            [GC]::Collect()
            $process.Refresh()
            $used = $process.TotalProcessorTime
            $took = Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $trivial -MaxConcurrency 4 @options }
            $process.Refresh()
            if ($round -ge 0) {
                $times[$name][0][$round] = $took * 1000 / $Operations
                $times[$name][1][$round] = ($process.TotalProcessorTime - $used).TotalMilliseconds * 1000 / $Operations
            }
        }
    }
    $middle = foreach ($name in $kinds.Keys) { , @((Get-Median $times[$name][0]), (Get-Median $times[$name][1])) }
    "$Operations trivial operations at width 4, for one operation, medians of $Rounds rounds"
    $place = 0
    foreach ($name in $kinds.Keys) {
        '  {0,-40} {1,8:n1} µs   {2,8:n1} µs of processors' -f $name, $middle[$place][0], $middle[$place][1]
        $place++
    }
    foreach ($what in 0, 1) {
        $more = $middle[1][$what] - $middle[0][$what]
        '  the record, {0,-28} {1,8:n1} µs   {2:n1} %   aim 8 µs and 10 %' -f ('of time', 'of processors')[$what], $more, (100 * $more / $middle[0][$what])
    }
} finally {
    $env:LABRUNNER_HOME = $before
    Remove-Item -LiteralPath $store -Recurse -Force -ErrorAction Ignore
}
