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
    [int] $Runs = 1000,
    [int] $Lines = 1000000
)

$ErrorActionPreference = 'Stop'
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner')
Import-Module $module

. "$PSScriptRoot/Measure.ps1"

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
$calls = foreach ($i in 1..24) { Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $sleeps -MaxConcurrency 32 } }
# Workers are warm from the second call on; until about the tenth the runtime recompiles, on one of the processors, what is called often.
$early = Get-Median $calls[2..8]
$warm = Get-Median $calls[9..23]
$peerSleeps = Measure-Milliseconds { 1..200 | ForEach-Object -ThrottleLimit 32 -Parallel { Start-Sleep -Milliseconds 50 } }
''
"200 operations of 50 ms sleep at width 32 (ideal $ideal ms)"
'  LabRunner, first call                    {0,8:n0} ms   {1:n2} of the ideal' -f $calls[0], ($ideal / $calls[0])
'  LabRunner, second call                   {0,8:n0} ms   {1:n2} of the ideal' -f $calls[1], ($ideal / $calls[1])
'  LabRunner, calls 3 to 9                  {0,8:n0} ms   {1:n2} of the ideal' -f $early, ($ideal / $early)
'  LabRunner, calls 10 to 24                {0,8:n0} ms   {1:n2} of the ideal' -f $warm, ($ideal / $warm)
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

# --- what the original claims for work in parallel, against the same blocks one after another ---
function Get-Gain([object[]] $Work, [int] $Width) {
    $one = [double[]]::new($Rounds); $many = [double[]]::new($Rounds)
    for ($round = 0; $round -lt $Rounds; $round++) {
        $one[$round] = Measure-Milliseconds { foreach ($operation in $Work) { & $operation.ScriptBlock } }
        $many[$round] = Measure-Milliseconds { Invoke-ParallelLabRunner -Operations $Work -MaxConcurrency $Width }
    }
    (Get-Median $one) / (Get-Median $many)
}
$busy = { $x = 0; for ($i = 0; $i -lt 1000000; $i++) { $x = ($x * 31 + $i) % 65521 } }
$wait = { Start-Sleep -Milliseconds 100 }
$claims = @(
    [pscustomobject]@{ Work = 'computes'; Width = $cores; Gain = Get-Gain (New-Operation ($cores * 4) $busy) $cores; Claim = '2 to 4' }
    [pscustomobject]@{ Work = 'waits'; Width = 10; Gain = Get-Gain (New-Operation 40 $wait) 10; Claim = '5 to 10' }
    [pscustomobject]@{ Work = 'does either'; Width = 10; Gain = Get-Gain @(foreach ($i in 1..4) { @{ Name = "busy$i"; ScriptBlock = $busy } }; foreach ($i in 1..36) { @{ Name = "wait$i"; ScriptBlock = $wait } }) 10; Claim = '3 to 6' }
)
''
"How many times as fast as one after another, on $cores processors"
foreach ($claim in $claims) { '  {0,-12} at width {1,2}                  {2,8:n1} times   the original says {3}' -f $claim.Work, $claim.Width, $claim.Gain, $claim.Claim }

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
        if ($What -in 'bare', 'same') {
            $shells = foreach ($i in 1..$Width) {
                $state = [initialsessionstate]::CreateDefault2()
                if ($What -eq 'same') { foreach ($entry in $entries) { $state.Commands.Add($entry) } }
                $shell = [powershell]::Create($state)
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
    # What a worker's session state has beside the default one: the cmdlets of two modules, and a function for each command of LabRunner's.
    $entries = @(
        foreach ($name in 'Microsoft.PowerShell.Commands.Utility', 'Microsoft.PowerShell.Commands.Management') {
            foreach ($type in [System.Reflection.Assembly]::Load($name).GetExportedTypes()) {
                $cmdlet = if (-not $type.IsAbstract) { [System.Management.Automation.CmdletAttribute[]] $type.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) }
                if ($cmdlet) { [System.Management.Automation.Runspaces.SessionStateCmdletEntry]::new("$($cmdlet[0].VerbName)-$($cmdlet[0].NounName)", $type, $null) }
            }
        }
        foreach ($name in (Get-Module LabRunner).ExportedFunctions.Keys) { [System.Management.Automation.Runspaces.SessionStateFunctionEntry]::new($name, "Import-Module '$Module'; & LabRunner\$name @args") }
    )
    $few = Hold 4
    $many = Hold 28
    '{0} {1}' -f (($many[0] - $few[0]) / 24), (($many[1] - $few[1]) / 24)
}
$memory = foreach ($what in 'bare', 'same', 'ours') {
    $text = Invoke-SamePowerShell -Command "& { $resident } '$what' '$module'"
    , [double[]](@($text)[-1] -split ' ')
}
''
'Memory of each further worker (24 more than four)'
'  a bare default runspace                  {0,8:n2} MB managed, {1:n2} MB resident' -f ($memory[0][0] / 1MB), ($memory[0][1] / 1MB)
'  a bare one of the same session state     {0,8:n2} MB managed, {1:n2} MB resident' -f ($memory[1][0] / 1MB), ($memory[1][1] / 1MB)
'  a worker, with its operation             {0,8:n2} MB managed, {1:n2} MB resident   {2:n2} and {3:n2} times the same' -f ($memory[2][0] / 1MB), ($memory[2][1] / 1MB), ($memory[2][0] / $memory[1][0]), ($memory[2][1] / $memory[1][1])

# --- more lines than anybody reads: a million, read ten times slower than written ---
$flood = {
    param([string] $Module, [int] $Lines)
    $ErrorActionPreference = 'Stop'
    Import-Module $Module
    [void](Invoke-ParallelLabRunner @{ Name = 'warm'; ScriptBlock = { foreach ($i in 1..20000) { Write-Information 'x' } } } 6>&1)
    $free = [Diagnostics.Stopwatch]::StartNew()
    [void](Invoke-ParallelLabRunner @{ Name = 'free'; ScriptBlock = { param($n) foreach ($i in 1..$n) { Write-Information "line $i" } }; Parameters = @{ n = 20000 } } 6>&1)
    $each = $free.Elapsed.TotalMilliseconds / 20000
    $seen = @{ Lines = 0; Peak = 0L }
    foreach ($i in 1..3) { [GC]::Collect(); [GC]::WaitForPendingFinalizers() }
    $before = [GC]::GetTotalMemory($true)
    $all = [Diagnostics.Stopwatch]::StartNew()
    $watch = [Diagnostics.Stopwatch]::StartNew()
    Invoke-ParallelLabRunner -KeepRecords 1000 @{ Name = 'flood'; ScriptBlock = { param($n) foreach ($i in 1..$n) { Write-Information "line $i" } }; Parameters = @{ n = $Lines } } 6>&1 | & {
        process {
            if (++$seen.Lines % 1000 -eq 0) {
                # What is alive, ten times on the way.
                if ($seen.Lines % ($Lines / 10) -eq 0) { $seen.Peak = [math]::Max($seen.Peak, [GC]::GetTotalMemory($true)) }
                # What a reader of a tenth of the speed would still be at.
                $left = 1000 * $each * 10 - $watch.Elapsed.TotalMilliseconds
                if ($left -gt 1) { [Threading.Thread]::Sleep([int] $left) }
                $watch.Restart()
            }
        }
    }
    '{0} {1} {2}' -f $before, $seen.Peak, ($all.Elapsed.TotalMilliseconds / $Lines / $each)
}
$text = Invoke-SamePowerShell -Command "& { $flood } '$module' $Lines"
$held = [double[]](@($text)[-1] -split ' ')
''
"$Lines lines of one operation, read $([math]::Round($held[2], 1)) times slower than they can be written"
'  managed memory before, and at its most   {0,8:n1} MB, {1:n1} MB   {2:n2} times as much' -f ($held[0] / 1MB), ($held[1] / 1MB), ($held[1] / $held[0])

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
