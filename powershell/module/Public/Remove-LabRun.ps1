function Remove-LabRun {
    <#
    .SYNOPSIS
        Deletes recorded runs that are not under way.
    .DESCRIPTION
        Takes runs from Get-LabRun. A run that is under way is refused, of whatever process it is. Old runs are deleted without
        this command: see LogRetentionDays in Get-LabRunnerConfiguration.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run; it comes with a run from the pipeline. Alias: RunDirectory.
    .EXAMPLE
        Get-LabRun -Status Canceled | Remove-LabRun -WhatIf
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Remove-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/runs.md
    .LINK
        Get-LabRun
    .LINK
        Export-LabRun
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding(SupportsShouldProcess, PositionalBinding = $false)]
    param(
        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory
    )

    process { LabRunner.Commands\Remove-LabRun @PSBoundParameters -Caller $PSCmdlet }
}
