function Get-LabRun {
    <#
    .SYNOPSIS
        Gets recorded runs: those under way, and those of the past with how they ended.
    .DESCRIPTION
        Runs of lab files and runs with a name are recorded from their start. A run of Invoke-ParallelLabRunner without a name
        is recorded once it has lasted a second, or something in it has failed. The newest run comes first, and a run that
        resumes or undoes another one is listed below that.

        Pass a run on to Get-LabRunOperation (how each operation ended, and why), to Get-LabRunOutput (what they wrote), to
        Export-LabRun or to Remove-LabRun.
    .PARAMETER Name
        Only runs of these names; wildcards are allowed.
    .PARAMETER Id
        Runs by id. The beginning of an id is enough while no other run begins like it. Alias: RunId.
    .PARAMETER Status
        Only runs that stand like this: Running, Suspended while they are under way and start nothing (see Suspend-LabRun), Succeeded, PartiallySucceeded, Failed, Canceled, Parked when they wait for a restart of
        the machine (see Resume-LabRun -Pending), or Interrupted when the process
        of a run has gone without an end.
    .PARAMETER Last
        Only the newest runs, at most this many.
    .PARAMETER After
        Only runs that started at this time or later.
    .PARAMETER Running
        Only runs that are under way, of this process or of another one.
    .PARAMETER Path
        Archives that Export-LabRun wrote, or folders of runs.
    .PARAMETER Directory
        The folder of a run, as the report of a run has it (RunDirectory).
    .PARAMETER Why
        Says of each operation whether it ran, why, and how many others it drew along; of the last run when no other one is
        meant. An operation that says nothing of being up to date always runs.
    .EXAMPLE
        Get-LabRun -Last 10
    .EXAMPLE
        Get-LabRun -Status Failed, Interrupted -After (Get-Date).AddDays(-1) | Get-LabRunOperation -Status Failed

        Says which operations failed since yesterday, and why.
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'nightly' -Operations @{ Name = 'check'; ScriptBlock = { Write-Host 'the disk has room' } }
        Get-LabRun nightly -Last 1 | Get-LabRunOutput
    .EXAMPLE
        Get-LabRun -Why

        Says why the operations of the last run ran, or did not have to.
    .OUTPUTS
        LabRunner.LabRunRecord: Id, Name, Status, StartTime, EndTime, Duration, Failed, Skipped and UpToDate (numbers of operations), Counts,
        Source, Directory, Parent, Computer and ProcessId. With -Why LabRunner.LabRunReason: Operation, Ran, Why, Drew, Cause, File and
        DrawnBy.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/runs.md
    .LINK
        Get-LabRunOperation
    .LINK
        Get-LabRunOutput
    .LINK
        Export-LabRunReport
    .LINK
        Resume-LabRun
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabRunRecord', 'LabRunner.LabRunReason')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ArgumentCompleter({ [LabRunner.LabRunNameCompleter]::new().Complete($args) })]
        [string[]] $Name,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [ValidateSet('Running', 'Suspended', 'Succeeded', 'PartiallySucceeded', 'Failed', 'Canceled', 'Parked', 'Interrupted')]
        [string[]] $Status,

        [ValidateRange(1, [int]::MaxValue)]
        [Nullable[int]] $Last,

        [Nullable[datetime]] $After,

        [switch] $Running,

        [string[]] $Path,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory,

        [switch] $Why
    )

    process { LabRunner.Commands\Get-LabRun @PSBoundParameters -Caller $PSCmdlet }
}
