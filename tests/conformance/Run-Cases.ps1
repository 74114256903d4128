# One runner, the cases that are asked for: a JSON line for each before and after it. Started by Get-Conformance, which has the clock.
param([Parameter(Mandatory)] [string] $Runner, [string[]] $Id)
$ErrorActionPreference = 'Continue'
$runnerFile = [System.IO.Path]::Combine($PSScriptRoot, 'runners', "$Runner.ps1")
. ([System.IO.Path]::Combine($PSScriptRoot, 'Cases.ps1'))
function Write-Line($What) { [System.Console]::Out.WriteLine('@@' + (ConvertTo-Json $What -Compress)); [System.Console]::Out.Flush() }
$Id = $Id -split ','
$missing = $null
try { . $runnerFile } catch { $missing = "$_" }
foreach ($case in Get-ConformanceCase | Where-Object Id -In $Id) {
    Write-Line @{ Begin = $case.Id }
    $verdict = 'Pass'
    $reason = ''
    if ($missing) {
        $verdict = 'Absent'
        $reason = $missing
    } else {
        try { $null = & $case.Test *>&1 | Out-Null } catch {
            $notSupported = $_.Exception -is [System.NotSupportedException]
            $verdict = $notSupported ? 'NotApplicable' : 'Fail'
            $reason = "$_"
        }
    }
    Write-Line @{ End = $case.Id; Verdict = $verdict; Reason = ($reason -replace '\s+', ' ') }
}
# What a peer has left behind must not keep the process.
[System.Environment]::Exit(0)
