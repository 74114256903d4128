# Five scripts that do nothing: with Invoke-ParallelLabRunner -Scripts, and as thread jobs that are polled every half a second, which
# is how the original ran them. Prints the medians and their ratio; asserts nothing.
#   pwsh -NoProfile -File bench/dropin.ps1 [-Rounds 9] [-ModulePath out/LabRunner]
param(
    [int] $Rounds = 9,
    [string] $ModulePath = (Join-Path $PSScriptRoot '../out/LabRunner')
)

$ErrorActionPreference = 'Stop'
Import-Module -Name $ModulePath -Force
$job = @('Microsoft.PowerShell.ThreadJob', 'ThreadJob') | Where-Object { Get-Module -ListAvailable -Name $_ } | Select-Object -First 1
$folder = [System.IO.Directory]::CreateTempSubdirectory('labrunner-bench-').FullName
$script = Join-Path $folder 'nothing.ps1'
Set-Content -LiteralPath $script -Value 'param($Config)'

. "$PSScriptRoot/Measure.ps1"
function Measure-Median([scriptblock] $What) {
    $null = & $What
    Get-Median (1..$Rounds | ForEach-Object { Measure-Milliseconds $What })
}

try {
    $scripts = 1..5 | ForEach-Object { $script }
    $here = Measure-Median { Invoke-ParallelLabRunner -Scripts $scripts -Config @{ } }
    '{0,-44} {1,9:0.00} ms' -f 'Invoke-ParallelLabRunner -Scripts, five', $here
    if (-not $job) {
        'Start-ThreadJob is not installed: nothing to compare with.'
        return
    }
    Import-Module -Name $job
    $polled = Measure-Median {
        $jobs = @($scripts | ForEach-Object { Start-ThreadJob -ScriptBlock { param($Path, $Config) & $Path -Config $Config } -ArgumentList $_, @{ } })
        while ($jobs.Count -gt 0) {
            foreach ($done in @($jobs | Where-Object { $_.State -in 'Completed', 'Failed' })) {
                $null = Receive-Job -Job $done
                Remove-Job -Job $done
                $jobs = @($jobs | Where-Object Id -NE $done.Id)
            }
            if ($jobs.Count -gt 0) { Start-Sleep -Milliseconds 500 }
        }
    }
    $waited = Measure-Median {
        $jobs = @($scripts | ForEach-Object { Start-ThreadJob -ScriptBlock { param($Path, $Config) & $Path -Config $Config } -ArgumentList $_, @{ } })
        $null = $jobs | Receive-Job -Wait -AutoRemoveJob
    }
    '{0,-44} {1,9:0.00} ms   {2,7:0.0} times' -f 'thread jobs, polled as the original does', $polled, ($polled / $here)
    '{0,-44} {1,9:0.00} ms   {2,7:0.0} times' -f 'thread jobs, waited for', $waited, ($waited / $here)
} finally {
    Remove-Item -LiteralPath $folder -Recurse -Force
}
