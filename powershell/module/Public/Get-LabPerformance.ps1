function Get-LabPerformance {
    <#
    .SYNOPSIS
        Sums up how long the recorded runs of labs took and how they ended.
    .DESCRIPTION
        Reads what runs have left behind (see about_LabRunner). Runs that are under way, or whose end was not
        written down, count as runs but have no part in the durations.
    .PARAMETER LabName
        One lab; all labs that were run here when left out. A lab that was never run has no runs; that is not an error.
    .PARAMETER Last
        The maximum number of runs of each lab, newest first.
    .EXAMPLE
        Get-LabPerformance
    .EXAMPLE
        (Get-LabPerformance -LabName 'WebTier-Lab' -Last 10).AverageDuration
    .EXAMPLE
        (Get-LabPerformance).SlowestOperations | Format-Table Name, AverageDuration, SuccessRate
    .OUTPUTS
        LabRunner.LabPerformance: LabName, Runs, Succeeded, SuccessRate (0 to 1, or nothing without an ended run),
        LastDuration, AverageDuration, MinimumDuration, MaximumDuration, LastRun, AverageConcurrency (operations running at
        the same time), ParallelEfficiency (that, by how many could have been), and SlowestOperations, the five that take
        the longest, each with Name, Runs, SuccessRate, AverageDuration, MaximumDuration and AverageAttempts.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/results.md
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabPerformance')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ [LabRunner.LabNameCompleter]::new().Complete($args) })]
        [string] $LabName,

        [ValidateRange(1, [int]::MaxValue)]
        [int] $Last = [int]::MaxValue
    )

    end { LabRunner.Commands\Get-LabPerformance @PSBoundParameters -Caller $PSCmdlet }
}
