function Get-LabPerformance {
    <#
    .SYNOPSIS
        Sums up how long the recorded runs of labs took and how they ended.
    .DESCRIPTION
        Reads what runs have left behind (see about_LabRunner). Runs that are under way, or whose end nobody has
        written down, count as runs but have no part in the durations.
    .PARAMETER LabName
        One lab; all labs that were run here when left out. A lab that was never run has no runs, and is no error.
    .PARAMETER Last
        Only the newest runs of each lab, at most so many.
    .EXAMPLE
        Get-LabPerformance
    .EXAMPLE
        (Get-LabPerformance -LabName 'WebTier-Lab' -Last 10).AverageDuration
    .OUTPUTS
        LabRunner.LabPerformance: LabName, Runs, Succeeded, SuccessRate (0 to 1, or nothing without an ended run),
        LastDuration, AverageDuration, MinimumDuration, MaximumDuration, LastRun.
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabPerformance')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter([LabRunner.LabNameCompleter])]
        [string] $LabName,

        [ValidateRange(1, [int]::MaxValue)]
        [int] $Last = [int]::MaxValue
    )

    $labs = if ($LabName) {
        @(LabRunner.Commands\Get-LabStatus -LabName $LabName -IncludeHistory -Caller $PSCmdlet)
    } else {
        @((LabRunner.Commands\Get-LabStatus -IncludeHistory -Caller $PSCmdlet).Labs)
    }
    foreach ($lab in $labs) {
        $runs = @($lab.History)
        if ($runs.Count -gt $Last) { $runs = $runs[0..($Last - 1)] }
        $ended = @(foreach ($run in $runs) { if ($run.EndTime) { $run } })
        $succeeded = 0
        [long] $total = 0
        $minimum = $maximum = $null
        foreach ($run in $ended) {
            if ("$($run.Status)" -eq 'Succeeded') { $succeeded++ }
            $total += $run.Duration.Ticks
            if ($null -eq $minimum -or $run.Duration -lt $minimum) { $minimum = $run.Duration }
            if ($null -eq $maximum -or $run.Duration -gt $maximum) { $maximum = $run.Duration }
        }
        [pscustomobject]@{
            PSTypeName      = 'LabRunner.LabPerformance'
            LabName         = $lab.LabName
            Runs            = $runs.Count
            Succeeded       = $succeeded
            SuccessRate     = if ($ended.Count -gt 0) { $succeeded / $ended.Count }
            LastDuration    = if ($ended.Count -gt 0) { $ended[0].Duration }
            AverageDuration = if ($ended.Count -gt 0) { [timespan]::FromTicks($total / $ended.Count) }
            MinimumDuration = $minimum
            MaximumDuration = $maximum
            LastRun         = if ($runs.Count -gt 0) { $runs[0].StartTime }
        }
    }
}
Export-ModuleMember -Function Get-LabPerformance
