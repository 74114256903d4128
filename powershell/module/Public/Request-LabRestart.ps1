function Request-LabRestart {
    <#
    .SYNOPSIS
        Asks, inside an operation, for a restart of the machine: the run is parked, and goes on after it.
    .DESCRIPTION
        From the call on nothing more of the run is started. The operation goes on to its end, and so does all else that runs; then
        the run is over, with the status Parked. After a restart of the machine Resume-LabRun -Pending goes on where it stopped; a
        machine that Register-LabRunResume was called on does that by itself. LabRunner never restarts a machine.

        The operation counts as done when it succeeds, unless -Rerun says otherwise. When another operation fails meanwhile, that
        means what it always means, and the run ends as Failed.

        An operation may ask for a second restart in a row only if another one has succeeded since the first
        (LabRunner.RestartWithoutProgress), and a run may have five restarts in all (LabRunner.RestartLimit; max-restarts in the
        settings of a lab). In both cases the operation fails. Outside an operation the call is an error
        (LabRunner.NotInOperation).
    .PARAMETER Reason
        Why, in a sentence for people.
    .PARAMETER Rerun
        Runs the operation again after the restart.
    .EXAMPLE
        $operations = @(
            @{ Name = 'rename'; ScriptBlock = { Request-LabRestart -Reason 'The new name needs a restart.' } }
            @{ Name = 'join'; DependsOn = 'rename'; ScriptBlock = { 'joined' } }
        )
        Invoke-ParallelLabRunner -Operations $operations -RunName naming -WarningAction SilentlyContinue | Format-Table Name, Status

        The first operation succeeds, the second one waits for the restart, and the run is parked. Without -WarningAction it says so.
    .OUTPUTS
        None.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Request-LabRestart.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/restart.md
    .LINK
        Resume-LabRun
    .LINK
        Register-LabRunResume
    .LINK
        about_LabRunner_Resuming
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $Reason,

        [switch] $Rerun
    )

    process {
        LabRunner.Commands\Request-LabRestart @PSBoundParameters -Caller $PSCmdlet
    }
}
