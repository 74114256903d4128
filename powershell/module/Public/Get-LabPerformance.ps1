function Get-LabPerformance {
    <#
    .SYNOPSIS
        Sums up how long the recorded runs of labs took and how they ended, or says how well one run went.
    .DESCRIPTION
        Reads what runs have left behind (see about_LabRunner). Runs that are under way, or whose end was not
        written down, count as runs but have no part in the durations.

        With -RunId it is about one run: how well the slots were used, what operations waited for, what was slower than in earlier runs, and what would have made
        the run shorter. Each recommendation was tried: the run is rehearsed with that one change, in which operations take as long as they took. What gains less than
        5 % is not recommended.
    .PARAMETER LabName
        One lab; all labs that were run here when left out. A lab that was never run has no runs; that is not an error.
    .PARAMETER Last
        The maximum number of runs of each lab, newest first.
    .PARAMETER Id
        The run with this id, or whose id begins like this. Alias: RunId.
    .PARAMETER Directory
        The folder of the run, or an exported archive; it comes with a run from the pipeline. Alias: RunDirectory.
    .EXAMPLE
        Get-LabPerformance
    .EXAMPLE
        (Get-LabPerformance -LabName 'WebTier-Lab' -Last 10).AverageDuration
    .EXAMPLE
        (Get-LabPerformance).SlowestOperations | Format-Table Name, AverageDuration, SuccessRate
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'nightly' -Operations @{ Name = 'check'; ScriptBlock = { 'all is well' } }
        (Get-LabRun -Name nightly -Last 1 | Get-LabPerformance).Recommendations

        What would have made the last run of this name shorter.
    .OUTPUTS
        LabRunner.LabPerformance: LabName, Runs, Succeeded, SuccessRate (0 to 1, or nothing without an ended run),
        LastDuration, AverageDuration, MinimumDuration, MaximumDuration, LastRun, AverageConcurrency (operations running at
        the same time), ParallelEfficiency (that, by how many could have been), and SlowestOperations, the five that take
        the longest, each with Name, Runs, SuccessRate, AverageDuration, MaximumDuration and AverageAttempts.

        LabRunner.LabRunPerformance with -RunId: Id, Name, Summary, Duration, AverageConcurrency, ParallelEfficiency, CriticalShare, LongestChain, LowerBound,
        Waits, Retries, SlowestOperations, Regressions, UnsteadyOperations, Past, Prediction, Recommendations (each with Kind, On, From, To, Message,
        Gain and GainPercent), and NotRehearsed, which says why there are none.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabPerformance.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/results.md
    .LINK
        Get-LabRun
    .LINK
        Export-LabRunReport
    .LINK
        about_LabRunner_Reports
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabPerformance', 'LabRunner.LabRunPerformance')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ [LabRunner.LabNameCompleter]::new().Complete($args) })]
        [string] $LabName,

        [ValidateRange(1, [int]::MaxValue)]
        [int] $Last = [int]::MaxValue,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory
    )

    process { LabRunner.Commands\Get-LabPerformance @PSBoundParameters -Caller $PSCmdlet }
}
