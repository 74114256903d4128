<#
.SYNOPSIS
Runs the conformance cases and gives one object for each case and runner: Id, Runner, Verdict, Reason.
.DESCRIPTION
Each runner has a process of its own, because some of them hang in some cases: a case that has not ended at its limit has failed,
its process is killed, and the next case gets a new one.
.PARAMETER Runner
LabRunner, ForEachParallel, ThreadJob, PSParallelPipeline.
.PARAMETER Id
Only these cases.
.PARAMETER LimitSeconds
How long a case may take.
.EXAMPLE
./tests/conformance/Get-Conformance.ps1 -Runner LabRunner
#>
[CmdletBinding()]
param(
    [ValidateSet('LabRunner', 'ForEachParallel', 'ThreadJob', 'PSParallelPipeline')]
    [string[]] $Runner = @('LabRunner', 'ForEachParallel', 'ThreadJob', 'PSParallelPipeline'),
    [string[]] $Id,
    [int] $LimitSeconds = 40
)

. "$PSScriptRoot/Cases.ps1"
. "$PSScriptRoot/../pester/Invoke-SamePowerShell.ps1"
$same = Get-SamePowerShell
$cases = @(Get-ConformanceCase | Where-Object { -not $Id -or $_.Id -in $Id })
# Bars are shown on a terminal only: where the system can give the process one, it gets one.
$terminal = $IsLinux ? (Get-Command script -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source : $null
foreach ($name in $Runner) {
    $left = [System.Collections.Generic.List[string]]::new([string[]]$cases.Id)
    while ($left.Count -gt 0) {
        $start = [System.Diagnostics.ProcessStartInfo]::new($same.Program)
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardInput = $true
        foreach ($argument in $same.First + '-NoProfile', '-NonInteractive', '-File', "$PSScriptRoot/Run-Cases.ps1", '-Runner', $name, '-Id', ($left -join ',')) { $start.ArgumentList.Add($argument) }
        if ($terminal) {
            $words = @($start.FileName) + $start.ArgumentList | ForEach-Object { "'" + ($_ -replace "'", "'\''") + "'" }
            $start.ArgumentList.Clear()
            $start.FileName = $terminal
            foreach ($argument in '-qfec', ($words -join ' '), '/dev/null') { $start.ArgumentList.Add($argument) }
            $null = $start.Environment.Remove('CI')
            $start.Environment['TERM'] = 'xterm'
        }
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $ended = $null
            while ($left.Count -gt 0) {
                $line = $process.StandardOutput.ReadLineAsync()
                if (-not $line.Wait($LimitSeconds * 1000)) { $ended = "It did not end within $LimitSeconds s."; break }
                if ($null -eq $line.Result) { $ended = 'It ended the process.'; break }
                $from = $line.Result.IndexOf('@@{')
                if ($from -lt 0) { continue }
                $told = ConvertFrom-Json $line.Result.Substring($from + 2)
                if ($told.End) {
                    $null = $left.Remove($told.End)
                    [pscustomobject]@{ Id = $told.End; Runner = $name; Verdict = $told.Verdict; Reason = $told.Reason }
                }
            }
            if ($ended) {
                [pscustomobject]@{ Id = $left[0]; Runner = $name; Verdict = 'Fail'; Reason = $ended }
                $left.RemoveAt(0)
            }
        } finally {
            if (-not $process.HasExited) { $process.Kill($true) }
            $null = $process.WaitForExit(10000)
            $process.Dispose()
        }
    }
}
