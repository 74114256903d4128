#requires -Version 7.4
<#
.SYNOPSIS
What it costs to watch a run from another terminal.

.DESCRIPTION
The processor time of a PowerShell that watches a run of 100 changes a second, beside that of one that does nothing, in the same moments:
windows of ten seconds after a warm-up, and the difference. Watched on a terminal, where bars are drawn, where the program 'script' makes
one; as lines elsewhere. Asserts nothing.

.EXAMPLE
pwsh -NoProfile -File bench/watch.ps1
#>
[CmdletBinding()]
param(
    [int] $Windows = 9,
    [double] $WarmUp = 60,
    [double] $Seconds = 10,
    [switch] $AsLines
)

$ErrorActionPreference = 'Stop'
$module = (Resolve-Path ($env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner'))).ProviderPath

. "$PSScriptRoot/Measure.ps1"

$before = $env:LABRUNNER_HOME, $env:CI
$store = Join-Path ([IO.Path]::GetTempPath()) "labrunner-bench-watch-$PID"
[void](New-Item -ItemType Directory $store)
# Build servers get lines.
$env:LABRUNNER_HOME, $env:CI = $store, $null
$terminal = -not $AsLines -and -not $IsWindows -and (Get-Command script -CommandType Application -ErrorAction Ignore)
$started = [Collections.Generic.List[Diagnostics.Process]]::new()

# Starts a PowerShell that leaves its number in a file, on a terminal of its own where there is one.
function Start-Other([string] $Name, [string] $Command) {
    $file = Join-Path $store "$Name.ps1"
    $number = Join-Path $store "$Name.pid"
    Set-Content $file "Import-Module '$module'; Set-Content '$number.new' `$PID; Move-Item '$number.new' '$number'; $Command"
    $program = @([Environment]::ProcessPath)
    # A PowerShell that is a .NET tool is run by dotnet.
    if ([IO.Path]::GetFileNameWithoutExtension($program[0]) -eq 'dotnet') { $program += [Environment]::GetCommandLineArgs()[0] }
    $program += '-NoProfile', '-NonInteractive', '-File', $file
    if ($terminal) {
        $line = ($program | ForEach-Object { "'$_'" }) -join ' '
        $program = 'sh', '-c', "exec script -qfec `"stty cols 120 rows 40; exec $line`" /dev/null >/dev/null 2>&1 </dev/null"
    }
    $start = [Diagnostics.ProcessStartInfo]::new($program[0])
    $program | Select-Object -Skip 1 | ForEach-Object { $start.ArgumentList.Add($_) }
    if (-not $terminal) { $start.RedirectStandardOutput = $true }
    $process = [Diagnostics.Process]::Start($start)
    $started.Add($process)
    # Somebody must read the lines.
    if (-not $terminal) { $null = $process.StandardOutput.BaseStream.CopyToAsync([IO.Stream]::Null) }
    while (-not (Test-Path $number)) {
        if ($process.HasExited) { throw "'$Name' has ended with $($process.ExitCode)." }
        Start-Sleep -Milliseconds 50
    }
    $other = [Diagnostics.Process]::GetProcessById([int](Get-Content $number))
    if ($terminal) { $started.Add($other) }
    $other
}

function Get-Changes {
    $journal = Get-ChildItem $store -Recurse -Filter '0001.jsonl' | Select-Object -First 1
    $length = 0
    if ($journal) {
        $stream = [IO.File]::Open($journal.FullName, 'Open', 'Read', 'ReadWrite,Delete')
        try {
            $buffer = [byte[]]::new(64KB)
            while (($read = $stream.Read($buffer, 0, $buffer.Length)) -gt 0) { $length += [Text.Encoding]::ASCII.GetString($buffer, 0, $read).Split("`n").Length - 1 }
        } finally { $stream.Dispose() }
    }
    $length
}

try {
    # Ten at a time, each 200 ms: 50 begin and 50 end in a second.
    $count = [int](50 * ($WarmUp + $Windows * $Seconds + 30))
    $idle = Start-Other 'idle' 'Get-LabRun | Out-Null; [Threading.Thread]::Sleep(-1)'
    $null = Start-Other 'runs' "`$null = 1..$count | ForEach-Object { @{ Name = `"o`$_`"; ScriptBlock = { [Threading.Thread]::Sleep(198) } } } | Invoke-ParallelLabRunner -MaxConcurrency 10 -RunName watched -ShowProgress:`$false"
    Import-Module $module
    while (-not (Get-LabRun watched -Running)) { Start-Sleep -Milliseconds 100 }
    $watcher = Start-Other 'watches' 'Watch-LabRun watched | Out-Null'
    Start-Sleep -Seconds $WarmUp
    $shares = @{ idle = [double[]]::new($Windows); watcher = [double[]]::new($Windows) }
    $more = [double[]]::new($Windows)
    $clock = [Diagnostics.Stopwatch]::new()
    $changes = Get-Changes
    $all = [Diagnostics.Stopwatch]::StartNew()
    foreach ($window in 0..($Windows - 1)) {
        $used = foreach ($process in $idle, $watcher) { $process.Refresh(); $process.TotalProcessorTime.TotalMilliseconds }
        $clock.Restart()
        Start-Sleep -Seconds $Seconds
        $now = foreach ($process in $idle, $watcher) { $process.Refresh(); $process.TotalProcessorTime.TotalMilliseconds }
        $took = $clock.Elapsed.TotalMilliseconds
        $shares.idle[$window] = ($now[0] - $used[0]) / $took * 100
        $shares.watcher[$window] = ($now[1] - $used[1]) / $took * 100
        $more[$window] = $shares.watcher[$window] - $shares.idle[$window]
    }
    $rate = ((Get-Changes) - $changes) / $all.Elapsed.TotalSeconds
    'A run of {0:n0} changes a second, watched {1}; {2} windows of {3} s, medians and extremes' -f $rate, ($terminal ? 'on a terminal' : 'as lines'), $Windows, $Seconds
    '  a PowerShell that watches           {0} of a processor' -f (Format-Spread $shares.watcher 'n2' ' %')
    '  one that does nothing               {0}' -f (Format-Spread $shares.idle 'n2' ' %')
    '  watching                            {0}   aim 1 %' -f (Format-Spread $more 'n2' ' %')
} finally {
    $started.Reverse()
    foreach ($process in $started) { if (-not $process.HasExited) { $process.Kill() } }
    $env:LABRUNNER_HOME, $env:CI = $before
    Remove-Item -LiteralPath $store -Recurse -Force -ErrorAction Ignore
}
