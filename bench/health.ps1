#requires -Version 7.4
<#
.SYNOPSIS
What it costs to look after the health of a run.

.DESCRIPTION
The processor time of this process while a run has 100 TCP checks, minus that of the same run without them; and a run of trivial
operations that is watched (-HealthMonitoring) against one that is not, in turns. Asserts nothing.

.EXAMPLE
pwsh -NoProfile -File bench/health.ps1
#>
[CmdletBinding()]
param(
    [int] $Rounds = 9,
    [int] $Operations = 10000,
    [int] $Checks = 100,
    [int] $CheckRounds = 5,
    [double] $Interval = 5,
    [double] $Seconds = 20
)

$ErrorActionPreference = 'Stop'
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner')
Import-Module $module

. "$PSScriptRoot/Measure.ps1"

$before = $env:LABRUNNER_HOME
$store = Join-Path ([IO.Path]::GetTempPath()) "labrunner-bench-health-$PID"
$env:LABRUNNER_HOME = $store
$process = [Diagnostics.Process]::GetCurrentProcess()
function Measure-Processors([scriptblock] $Block) {
    [GC]::Collect()
    $process.Refresh()
    $used = $process.TotalProcessorTime
    $took = Measure-Milliseconds $Block
    $process.Refresh()
    $took, ($process.TotalProcessorTime - $used).TotalMilliseconds
}

# Whoever answers the checks is another process, whose cost is not that of the checks.
$listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
$listener.Start()
$port = $listener.LocalEndpoint.Port
$listener.Stop()
$start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
# A PowerShell that is a .NET tool is run by dotnet.
if ([IO.Path]::GetFileNameWithoutExtension($start.FileName) -eq 'dotnet') { $start.ArgumentList.Add([Environment]::GetCommandLineArgs()[0]) }
'-NoProfile', '-NonInteractive', '-Command', "`$l = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $port); `$l.Start(1024); 'listening'; while (`$true) { `$l.AcceptTcpClient().Dispose() }" | ForEach-Object { $start.ArgumentList.Add($_) }
$start.RedirectStandardOutput = $true
$other = [Diagnostics.Process]::Start($start)
try {
    $null = $other.StandardOutput.ReadLine()
    $shares = @{ $false = [double[]]::new($CheckRounds); $true = [double[]]::new($CheckRounds) }
    # The first round compiles.
    foreach ($round in -1..($CheckRounds - 1)) {
        foreach ($checked in $false, $true) {
            $own = $checked ? @{ HealthChecks = @{ Tcp = "127.0.0.1:$port"; Interval = $Interval; Timeout = 4 } } : @{}
            $made = foreach ($i in 1..$Checks) { @{ Name = "made$i"; ScriptBlock = {} } + $own }
            $waits = @{ Name = 'waits'; Dependencies = $made.Name; ScriptBlock = { param($Seconds) [Threading.Thread]::Sleep($Seconds * 1000) }; Parameters = @{ Seconds = $Seconds } }
            $took, $used = Measure-Processors { Invoke-ParallelLabRunner -Operations ($made + $waits) -MaxConcurrency 4 -RunName "checked-$checked" }
            $run = @(Get-LabRun "checked-$checked" -Last 1 | Get-LabRunOperation | Where-Object { $_.Health.Status -eq 'Healthy' }).Count
            if ($checked -and $run -ne $Checks) { throw "Only $run of $Checks checks passed." }
            if ($round -ge 0) { $shares[$checked][$round] = $used / $took * 100 }
        }
    }
    $more = foreach ($round in 0..($CheckRounds - 1)) { $shares[$true][$round] - $shares[$false][$round] }
    '{0} TCP checks, each every {1} s, for {2} s; medians and extremes of {3} rounds' -f $Checks, $Interval, $Seconds, $CheckRounds
    '  the same run without checks {0} of a processor' -f (Format-Spread $shares[$false] 'n2' ' %')
    '  with them                   {0}' -f (Format-Spread $shares[$true] 'n2' ' %')
    '  the checks                  {0}   aim 2 %' -f (Format-Spread $more 'n2' ' %')
    ''

    $trivial = foreach ($i in 1..$Operations) { @{ Name = "o$i"; ScriptBlock = {} } }
    $kinds = [ordered]@{ 'not watched' = $false; 'watched' = $true }
    $times = @{}
    foreach ($name in $kinds.Keys) { $times[$name] = [double[]]::new($Rounds), [double[]]::new($Rounds) }
    # The runtime recompiles what is called often until about the tenth call.
    foreach ($round in -4..($Rounds - 1)) {
        foreach ($name in $kinds.Keys) {
            $took, $used = Measure-Processors { Invoke-ParallelLabRunner -Operations $trivial -MaxConcurrency 4 -RunName 'trivial' -HealthMonitoring:$kinds[$name] }
            if ($round -ge 0) { $times[$name][0][$round], $times[$name][1][$round] = $took, $used }
        }
    }
    "$Operations trivial operations at width 4, medians of $Rounds rounds"
    # Of each round, because what else the machine does changes from round to round.
    $ratios = foreach ($what in 0, 1) { , @(foreach ($round in 0..($Rounds - 1)) { $times['watched'][$what][$round] / $times['not watched'][$what][$round] }) }
    $middle = foreach ($name in $kinds.Keys) { , @((Get-Median $times[$name][0]), (Get-Median $times[$name][1])) }
    $place = 0
    foreach ($name in $kinds.Keys) {
        '  {0,-26} {1,8:n0} ms   {2,8:n0} ms of processors' -f $name, $middle[$place][0], $middle[$place][1]
        $place++
    }
    '  ratio of time              {0}   aim 1.05' -f (Format-Spread $ratios[0] 'n3')
    '  ratio of processors        {0}' -f (Format-Spread $ratios[1] 'n3')
} finally {
    $other.Kill()
    $env:LABRUNNER_HOME = $before
    Remove-Item -LiteralPath $store -Recurse -Force -ErrorAction Ignore
}
