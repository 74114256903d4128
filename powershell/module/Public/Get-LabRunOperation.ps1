function Get-LabRunOperation {
    <#
    .SYNOPSIS
        Gets the operations of a recorded run: how each ended, why it failed, and why others never started.
    .DESCRIPTION
        Takes runs from Get-LabRun, or the report of a run. Without any it is the last recorded run.
    .PARAMETER Name
        Only operations of these names; wildcards are allowed.
    .PARAMETER Status
        Only operations that stand like this.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run, or an archive of it; it comes with a run from the pipeline. Alias: RunDirectory.
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'shop' -ErrorAction SilentlyContinue -Operations @(
            @{ Name = 'database'; ScriptBlock = { throw 'no disk' } }
            @{ Name = 'web'; ScriptBlock = { 'up' }; Dependencies = 'database' }
        )
        Get-LabRun shop -Last 1 | Get-LabRunOperation
        (Get-LabRun shop -Last 1 | Get-LabRunOperation database).Error.PositionMessage
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'shop' -ErrorAction SilentlyContinue -Operations @{ Name = 'database'; ScriptBlock = { throw 'no disk' } }
        Get-LabRunOperation -Status Failed, TimedOut | Format-List Name, Error

        What failed in the last run, with the line of the script that did.
    .OUTPUTS
        LabRunner.LabRunOperation: Run, RunId, Name, Status, StartTime, EndTime, Duration, Attempts, Error (Message,
        FullyQualifiedErrorId, Category, PositionMessage, ScriptStackTrace), FailedAttempts (those before the last one), SkippedBecause, ExitCode, Compensates, WorkerId.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabRunOperation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/runs.md
    .LINK
        Get-LabRun
    .LINK
        Get-LabRunOutput
    .LINK
        Restart-LabOperation
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabRunOperation')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ [LabRunner.LabRunOperationCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $Name,

        [ValidateSet('Waiting', 'Running', 'Serving', 'Stopping', 'Backoff', 'Interrupted', 'Succeeded', 'Failed', 'TimedOut', 'Canceled', 'Skipped', 'Abandoned')]
        [string[]] $Status,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory
    )

    process { LabRunner.Commands\Get-LabRunOperation @PSBoundParameters -Caller $PSCmdlet }
}
