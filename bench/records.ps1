#requires -Version 7.4
<#
.SYNOPSIS
What a record costs the operations of a run.

.DESCRIPTION
Trivial operations without a record, with one, and with one of a name that earlier runs have, whose durations are read first; in
turns, in time and in processor time of the whole process. Asserts nothing.

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
        'with a record' = @{ RunName = 'new' }
        'with a record, and estimates' = @{ RunName = 'known' }
    }
    $times = @{}
    foreach ($name in $kinds.Keys) { $times[$name] = [double[]]::new($Rounds), [double[]]::new($Rounds) }
    $process = [Diagnostics.Process]::GetCurrentProcess()
    # The runtime recompiles what is called often until about the tenth call.
    foreach ($round in -6..($Rounds - 1)) {
        foreach ($name in $kinds.Keys) {
            $options = $kinds[$name].Clone()
            if ($options.RunName -eq 'new') { $options.RunName = "new-$round" }
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
    foreach ($place in 1, 2) {
        foreach ($what in 0, 1) {
            $more = $middle[$place][$what] - $middle[0][$what]
            '  {0}, {1,-28} {2,8:n1} µs   {3:n1} %   aim 8 µs and 10 %' -f ('the record', 'with estimates')[$place - 1], ('of time', 'of processors')[$what], $more, (100 * $more / $middle[0][$what])
        }
    }
} finally {
    $env:LABRUNNER_HOME = $before
    Remove-Item -LiteralPath $store -Recurse -Force -ErrorAction Ignore
}
