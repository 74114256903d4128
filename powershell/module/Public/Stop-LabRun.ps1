function Stop-LabRun {
    <#
    .SYNOPSIS
        Stops runs that are under way, from any PowerShell of the same user.
    .DESCRIPTION
        Does what Ctrl+C does in the run's own console: what has not started is skipped, what runs is stopped and gets its grace, and
        operations that always run still do. The command returns when the run has taken the order; Wait-LabRun waits for its end.

        The order goes through the run's folder, so the run must have a record. Only the user who started a run may stop it. The
        run says who has stopped it, and its record has the order.
    .PARAMETER Name
        Runs under way of these names; wildcards are allowed. Without -Name, -Id and -Last it is the run that is under way, if there
        is only one.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run; it comes with a run from the pipeline. Alias: RunDirectory.
    .PARAMETER Last
        The newest run that is under way.
    .PARAMETER Kill
        Gives operations no time to end in order, and runs nothing more. Stops a run as well that is being stopped already.
    .PARAMETER PassThru
        Returns the runs as they are when they have taken the order.
    .EXAMPLE
        $job = Invoke-ParallelLabRunner -RunName 'night' -Background -Operations @{ Name = 'wait'; ScriptBlock = { Start-Sleep -Seconds 600 } }
        Stop-LabRun night
        (Wait-LabRun night).Status
        $job | Remove-Job -Force

        Stops the run and waits for its end.
    .EXAMPLE
        Get-LabRun -Running | Stop-LabRun -WhatIf

        Says which runs would be stopped.
    .OUTPUTS
        Nothing; LabRunner.LabRunRecord with -PassThru.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Stop-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/steering.md
    .LINK
        Suspend-LabRun
    .LINK
        Wait-LabRun
    .LINK
        Get-LabRun
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabRunRecord')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ [LabRunner.LabRunNameCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $Name,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory,

        [switch] $Last,

        [switch] $Kill,

        [switch] $PassThru
    )

    process { LabRunner.Commands\Stop-LabRun @PSBoundParameters -Caller $PSCmdlet }
}
