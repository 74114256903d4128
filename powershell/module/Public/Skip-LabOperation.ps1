function Skip-LabOperation {
    <#
    .SYNOPSIS
        Skips operations of a run that is under way, from any PowerShell of the same user.
    .DESCRIPTION
        An operation that has not begun never starts. One that runs is stopped, and one that waits for its next attempt is not tried
        again; both end as Canceled. Neither is a failure, so the run goes on; what needs the success of the operation is skipped with it,
        as with -Exclude. The run ends as PartiallySucceeded. A resumed run runs what was skipped by order.

        A service that is ready, and what has ended, cannot be skipped (LabRunner.OrderRefused).
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
        $operations = @(
            @{ Name = 'long'; ScriptBlock = { Start-Sleep -Seconds 600 } }
            @{ Name = 'docs'; ScriptBlock = { 'built' }; Dependencies = 'long' }
        )
        $job = Invoke-ParallelLabRunner $operations -RunName 'site' -Background
        Skip-LabOperation long -RunName site
        (Wait-LabRun site).Status
        $job | Wait-Job | Remove-Job
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Skip-LabOperation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/steering.md
    .LINK
        Restart-LabOperation
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

    process { LabRunner.Commands\Skip-LabOperation @PSBoundParameters -Caller $PSCmdlet }
}
