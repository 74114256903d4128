#requires -Version 7.4
<#
.SYNOPSIS
The figures of running operations, against what else runs script in parallel: as ratios of one run.

.DESCRIPTION
Time and allocation of a trivial operation, the share of the ideal when operations sleep, the speed-up when they compute, the memory of
a worker, what a thousand runs leave behind, and the time from Ctrl-C to the prompt. Asserts nothing.

.EXAMPLE
pwsh -NoProfile -File bench/operations.ps1
#>
[CmdletBinding()]
param(
    [int] $Rounds = 3,
    [int] $Operations = 10000,
    [int] $Runs = 1000
)

$ErrorActionPreference = 'Stop'
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner')
Import-Module $module

function Measure-Milliseconds([scriptblock] $Block) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    [void](& $Block)
    $watch.Elapsed.TotalMilliseconds
}

function Get-Median([double[]] $Values) {
    [array]::Sort($Values)
    $Values[[math]::Floor($Values.Count / 2)]
}

function Get-Footprint {
    foreach ($i in 1..3) { [GC]::Collect(); [GC]::WaitForPendingFinalizers() }
    $process = [Diagnostics.Process]::GetCurrentProcess()
    [pscustomobject]@{ Managed = [GC]::GetTotalMemory($true) / 1MB; Resident = $process.WorkingSet64 / 1MB; Threads = $process.Threads.Count; Handles = $process.HandleCount }
}

function New-Operation([int] $Count, [scriptblock] $Block) { foreach ($i in 1..$Count) { @{ Name = "o$i"; ScriptBlock = $Block } } }

$cores = [Environment]::ProcessorCount
"PowerShell $($PSVersionTable.PSVersion), $cores processors, $([Runtime.GCSettings]::IsServerGC ? 'server' : 'workstation') garbage collector, medians of $Rounds rounds"

# --- sleeps: the first call of the process comes first, before anything is warm ---
$sleeps = New-Operation 200 { Start-Sleep -Milliseconds 50 }
$ideal = [math]::Ceiling(200 / 32) * 50
$calls = foreach ($i in 1..(2 + $Rounds)) { Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $sleeps -MaxConcurrency 32 } }
$warm = Get-Median $calls[2..($calls.Count - 1)]
$peerSleeps = Measure-Milliseconds { 1..200 | ForEach-Object -ThrottleLimit 32 -Parallel { Start-Sleep -Milliseconds 50 } }
''
"200 operations of 50 ms sleep at width 32 (ideal $ideal ms)"
'  LabRunner, first call                    {0,8:n0} ms   {1:n2} of the ideal' -f $calls[0], ($ideal / $calls[0])
'  LabRunner, second call                   {0,8:n0} ms   {1:n2} of the ideal' -f $calls[1], ($ideal / $calls[1])
'  LabRunner, warm                          {0,8:n0} ms   {1:n2} of the ideal' -f $warm, ($ideal / $warm)
'  ForEach-Object -Parallel                 {0,8:n0} ms   {1:n2} of the ideal' -f $peerSleeps, ($ideal / $peerSleeps)

# --- trivial operations; rounds take turns. Peers run fewer, which is to their favour ---
$trivial = New-Operation $Operations {}
$peers = [ordered]@{ 'ForEach-Object -Parallel' = @{ Count = 1000; Run = { param($n) 1..$n | ForEach-Object -ThrottleLimit 4 -Parallel {} } } }
if (Get-Module -ListAvailable PSParallelPipeline) {
    Import-Module PSParallelPipeline
    $peers['PSParallelPipeline'] = @{ Count = 1000; Run = { param($n) 1..$n | Invoke-Parallel -ThrottleLimit 4 -ScriptBlock {} } }
}
if (Get-Command Start-ThreadJob -ErrorAction Ignore) {
    $peers['Start-ThreadJob'] = @{ Count = 60; Run = { param($n) $(foreach ($i in 1..$n) { Start-ThreadJob -ThrottleLimit 4 {} }) | Receive-Job -Wait -AutoRemoveJob } }
}
$times = @{ ours = [double[]]::new($Rounds) }
foreach ($name in $peers.Keys) { $times[$name] = [double[]]::new($Rounds) }
[void](Invoke-ParallelLabRunner -Operations $trivial -MaxConcurrency 4)
for ($round = 0; $round -lt $Rounds; $round++) {
    $times.ours[$round] = (Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $trivial -MaxConcurrency 4 }) / $Operations
    foreach ($name in $peers.Keys) {
        $peer = $peers[$name]
        $times[$name][$round] = (Measure-Milliseconds { & $peer.Run $peer.Count }) / $peer.Count
    }
}
$ours = Get-Median $times.ours
''
"$Operations trivial operations at width 4, for one operation"
'  LabRunner                                {0,8:n3} ms' -f $ours
foreach ($name in $peers.Keys) { '  {0,-40} {1,8:n3} ms   LabRunner takes {2:n1} times less' -f $name, (Get-Median $times[$name]), ((Get-Median $times[$name]) / $ours) }

# --- allocation, against the same block in a bare loop ---
if (-not ('LabRunnerBench.SinkCommand' -as [type])) {
    $sink = Add-Type -PassThru -TypeDefinition 'using System.Management.Automation; namespace LabRunnerBench { [Cmdlet("Write", "Sink")] public class SinkCommand : PSCmdlet { [Parameter(ValueFromPipeline = true)] public object InputObject { get; set; } protected override void ProcessRecord() { } } }'
    Import-Module -Assembly $sink.Assembly
}
$unbound = {}.Ast.GetScriptBlock()
$bare = { for ($i = 0; $i -lt $Operations; $i++) { & $unbound *>&1 | Write-Sink } }
& $bare
$before = [GC]::GetTotalAllocatedBytes($true)
$bareTime = Measure-Milliseconds $bare
$bareBytes = ([GC]::GetTotalAllocatedBytes($true) - $before) / $Operations
$before = [GC]::GetTotalAllocatedBytes($true)
[void](Invoke-ParallelLabRunner -Operations $trivial -MaxConcurrency 4)
$ourBytes = ([GC]::GetTotalAllocatedBytes($true) - $before) / $Operations
''
'Allocation of one trivial operation'
'  & $u *>&1 | Sink, in one pipeline        {0,8:n1} KB   {1:n3} ms on one thread' -f ($bareBytes / 1KB), ($bareTime / $Operations)
'  LabRunner                                {0,8:n1} KB   {1:n2} times as much' -f ($ourBytes / 1KB), ($ourBytes / $bareBytes)

# --- operations that compute ---
$work = { $x = 0; for ($i = 0; $i -lt 3000000; $i++) { $x = ($x * 31 + $i) % 65521 } }
$share = 4
$loop = "param(`$n) for (`$k = 0; `$k -lt `$n; `$k++) { & { $work } }"
# Opened and used once before anything is timed, as the workers are.
$shells = foreach ($i in 1..$cores) { $shell = [powershell]::Create(); [void]$shell.AddScript($loop).AddArgument(1); [void]$shell.Invoke(); $shell }
function Invoke-Bare([int] $Width, [int] $Each) {
    $used = @($shells)[0..($Width - 1)]
    $running = foreach ($shell in $used) { $shell.Commands.Clear(); [void]$shell.AddScript($loop).AddArgument($Each); $shell.BeginInvoke() }
    for ($i = 0; $i -lt $Width; $i++) { [void]$used[$i].EndInvoke(@($running)[$i]) }
}
$compute = New-Operation ($cores * $share) $work
$one = [double[]]::new($Rounds); $all = [double[]]::new($Rounds); $us = [double[]]::new($Rounds)
for ($round = 0; $round -lt $Rounds; $round++) {
    $one[$round] = Measure-Milliseconds { Invoke-Bare 1 ($cores * $share) }
    $all[$round] = Measure-Milliseconds { Invoke-Bare $cores $share }
    $us[$round] = Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $compute -MaxConcurrency $cores }
}
foreach ($shell in $shells) { $shell.Dispose() }
$one = Get-Median $one; $all = Get-Median $all; $us = Get-Median $us
''
"$($cores * $share) operations that compute, at width $cores"
'  one bare runspace                        {0,8:n0} ms' -f $one
'  bare runspaces                           {0,8:n0} ms   {1:n2} times as fast' -f $all, ($one / $all)
'  LabRunner                                {0,8:n0} ms   {1:n2} times as fast, {2:n2} of what bare runspaces reach' -f $us, ($one / $us), ($all / $us)

# --- the memory of a worker, held by its operation; each in a fresh process, whose heap has no room left by others ---
. "$PSScriptRoot/../tests/pester/Invoke-SamePowerShell.ps1"
$resident = {
    param([string] $What, [string] $Module)
    $ErrorActionPreference = 'Stop'
    function Get-Memory {
        foreach ($i in 1..3) { [GC]::Collect(); [GC]::WaitForPendingFinalizers() }
        [GC]::GetTotalMemory($true)
        [Diagnostics.Process]::GetCurrentProcess().WorkingSet64
    }
    function Hold([int] $Width) {
        if ($What -eq 'bare') {
            $shells = foreach ($i in 1..$Width) {
                $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
                [void]$shell.AddScript('$null = Write-Output 1; $null = Get-Item /').Invoke()
                $shell
            }
            Get-Memory
            foreach ($shell in $shells) { $shell.Dispose() }
            return
        }
        $here = [Threading.CountdownEvent]::new($Width)
        $gate = [Threading.ManualResetEventSlim]::new()
        $operations = foreach ($i in 1..$Width) { @{ Name = "o$i"; ScriptBlock = { $null = Write-Output 1; $null = Get-Item /; [void]($using:here).Signal(); [void]($using:gate).Wait(60000) } } }
        $job = Invoke-ParallelLabRunner -AsJob -MaxConcurrency $Width -Operations $operations
        if (-not $here.Wait(60000)) { throw 'The workers did not all start.' }
        Get-Memory
        $gate.Set()
        [void]($job | Wait-Job)
    }
    Import-Module $Module
    $few = Hold 4
    $many = Hold 28
    '{0} {1}' -f (($many[0] - $few[0]) / 24), (($many[1] - $few[1]) / 24)
}
$memory = foreach ($what in 'bare', 'ours') {
    $text = Invoke-SamePowerShell -Command "& { $resident } '$what' '$module'"
    , [double[]](@($text)[-1] -split ' ')
}
''
'Memory of each further worker (24 more than four)'
'  a bare default runspace                  {0,8:n2} MB managed, {1:n2} MB resident' -f ($memory[0][0] / 1MB), ($memory[0][1] / 1MB)
'  a worker, with its operation             {0,8:n2} MB managed, {1:n2} MB resident   {2:n2} and {3:n2} times as much' -f ($memory[1][0] / 1MB), ($memory[1][1] / 1MB), ($memory[1][0] / $memory[0][0]), ($memory[1][1] / $memory[0][1])

# --- from a stop to the prompt ---
$stops = foreach ($round in 1..5) {
    $started = [Threading.CountdownEvent]::new(8)
    $shell = [powershell]::Create()
    [void]$shell.AddScript({ param($Module, $Started)
            Import-Module $Module
            $operations = foreach ($i in 1..8) { @{ Name = "busy$i"; ScriptBlock = { [void]($using:Started).Signal(); while ($true) { } } } }
            Invoke-ParallelLabRunner -Operations $operations -MaxConcurrency 8 }).AddArgument($module).AddArgument($started)
    $running = $shell.BeginInvoke()
    if (-not $started.Wait(60000)) { throw 'The operations did not start.' }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    [void]$shell.BeginStop($null, $null)
    if (-not $running.AsyncWaitHandle.WaitOne(60000)) { throw 'The run did not stop within a minute.' }
    $watch.Elapsed.TotalMilliseconds
}
''
'From a stop to the prompt, eight busy operations'
'  LabRunner                                {0,8:n0} ms   the slowest of five {1:n0} ms' -f (Get-Median $stops), ($stops | Measure-Object -Maximum).Maximum

# --- many runs ---
$hundred = New-Operation 100 {}
foreach ($i in 1..20) { [void](Invoke-ParallelLabRunner -Operations $hundred -MaxConcurrency 4) }
$before = Get-Footprint
$took = Measure-Milliseconds { foreach ($i in 1..$Runs) { [void](Invoke-ParallelLabRunner -Operations $hundred -MaxConcurrency 4) } }
$after = Get-Footprint
''
"$Runs runs of 100 operations, $([math]::Round($took / $Runs, 1)) ms a run"
'  before                                   {0,8:n1} MB managed, {1:n0} MB resident, {2} threads, {3} handles' -f $before.Managed, $before.Resident, $before.Threads, $before.Handles
'  after                                    {0,8:n1} MB managed, {1:n0} MB resident, {2} threads, {3} handles' -f $after.Managed, $after.Resident, $after.Threads, $after.Handles
