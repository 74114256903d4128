function Restart-LabOperation {
    <#
    .SYNOPSIS
        Stops operations of a run that is under way and starts them again, from any PowerShell of the same user.
    .DESCRIPTION
        An operation that runs is stopped, gets its grace, and queues again; that uses up none of its retries. One that waits for its next
        attempt queues at once. One that does not stop in time is abandoned, as with any other stop, and not started again.

        Refused (LabRunner.OrderRefused) is what has not begun, what has ended, a service that is ready, and everything in a run that
        is being stopped. Resume-LabRun runs a failed operation again once its run has ended.
    .PARAMETER Name
        The operations, by name or id; they also come from the pipeline, from Get-LabRunOperation.
    .PARAMETER RunName
        The run's name; wildcards are allowed. Without -RunName, -Id and -Last it is the run that is under way, if there is only one.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run; it comes with an operation from the pipeline. Alias: RunDirectory.
    .PARAMETER Last
        The newest run that is under way.
    .EXAMPLE
        $job = Invoke-ParallelLabRunner -RunName 'site' -Background -Operations @{ Name = 'hangs'; ScriptBlock = { Start-Sleep -Seconds 600 } }
        Restart-LabOperation hangs -RunName site -WhatIf
        Stop-LabRun site
        $job | Wait-Job | Remove-Job
    .EXAMPLE
        Get-LabRun -Running | Get-LabRunOperation -Status Backoff | Restart-LabOperation

        Ends the pauses of all operations that wait for their next attempt.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Restart-LabOperation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/steering.md
    .LINK
        Skip-LabOperation
    .LINK
        Stop-LabRun
    .LINK
        Get-LabRunOperation
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter({ [LabRunner.LabRunOperationCompleter]::new().Complete($args) })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [ArgumentCompleter({ [LabRunner.LabRunNameCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $RunName,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory,

        [switch] $Last
    )

    process { LabRunner.Commands\Restart-LabOperation @PSBoundParameters -Caller $PSCmdlet }
}
