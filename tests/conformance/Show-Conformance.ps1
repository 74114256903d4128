<#
.SYNOPSIS
Prints which public complaints about parallel PowerShell hold for LabRunner and its peers, as a table.
.PARAMETER Runner
The runners to try; by default all.
.PARAMETER Write
Writes the table into docs/conformance.md as well, between its markers.
.EXAMPLE
./tests/conformance/Show-Conformance.ps1 -Write
#>
[CmdletBinding()]
param([string[]] $Runner = @('LabRunner', 'ForEachParallel', 'ThreadJob', 'PSParallelPipeline'), [switch] $Write)

$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/Cases.ps1"
$cases = @(Get-ConformanceCase)
$results = @(& "$PSScriptRoot/Get-Conformance.ps1" -Runner $Runner)
$word = @{ Pass = 'yes'; Fail = 'no'; NotApplicable = 'n/a'; Absent = 'not installed' }
$table = foreach ($case in $cases) {
    $row = [ordered]@{ Id = $case.Id }
    foreach ($name in $Runner) { $row[$name] = $word[($results | Where-Object { $_.Id -eq $case.Id -and $_.Runner -eq $name }).Verdict] }
    $row['Expects'] = $case.Expects
    [pscustomobject]$row
}
$table | Format-Table -AutoSize | Out-String -Width 240
$results | Where-Object Verdict -In 'Fail', 'NotApplicable' | Format-Table Runner, Id, Verdict, Reason -AutoSize | Out-String -Width 240
if ($Write) {
    $lines = @("PowerShell $($PSVersionTable.PSVersion), $([System.Environment]::OSVersion.Platform).", '')
    $lines += '| complaint | what users expect | ' + ($Runner -join ' | ') + ' |'
    $lines += '|--|--|' + ('--|' * $Runner.Count)
    foreach ($case in $cases) {
        $row = $table | Where-Object Id -EQ $case.Id
        $lines += "| [$($case.Id)]($($case.Link)) | $($case.Expects) | " + (($Runner | ForEach-Object { $row.$_ }) -join ' | ') + ' |'
    }
    $own = @($results | Where-Object { $_.Runner -eq 'LabRunner' -and $_.Verdict -ne 'Pass' })
    if ($own) { $lines += ''; $lines += 'Where LabRunner does not:'; $lines += ''; $lines += $own | ForEach-Object { "- $($_.Id): $($_.Reason)" } }
    $file = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../docs/conformance.md")
    $text = [System.IO.File]::ReadAllText($file)
    $begin = '<!-- begin of the generated part -->'
    $end = '<!-- end of the generated part -->'
    $head = $text.Substring(0, $text.IndexOf($begin) + $begin.Length)
    $tail = $text.Substring($text.IndexOf($end))
    [System.IO.File]::WriteAllText($file, "$head`n" + ($lines -join "`n") + "`n$tail")
    "Written: $file"
}
