function Wait-LabRun {
    <#
    .SYNOPSIS
        Waits until runs have ended, of this process or of another one, and returns them.
    .DESCRIPTION
        A run has also ended when its process has gone without an end: then its Status is Interrupted. Ctrl+C ends the wait; the run
        goes on.
    .PARAMETER Name
        Runs under way of these names, or else the newest run that has one of them; wildcards are allowed. Without -Name, -Id and -Last it is the run that is under way, if there
        is only one.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run; it comes with a run from the pipeline. Alias: RunDirectory.
    .PARAMETER Last
        The newest run that is under way, or else the newest run.
    .PARAMETER Timeout
        Seconds to wait, for all runs together. A run that has not ended by then is an error (LabRunner.RunNotEnded), and goes on.
    .EXAMPLE
        $job = Invoke-ParallelLabRunner -RunName 'build' -Background -Operations @{ Name = 'compile'; ScriptBlock = { 'done' } }
        (Wait-LabRun build).Status
        $job | Wait-Job | Remove-Job
    .EXAMPLE
        Get-LabRun -Running | Wait-LabRun -Timeout 3600
    .OUTPUTS
        LabRunner.LabRunRecord
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Wait-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/steering.md
    .LINK
        Watch-LabRun
    .LINK
        Stop-LabRun
    .LINK
        Get-LabRun
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding()]
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

        [ValidateRange(0, [int]::MaxValue)]
        [Nullable[int]] $Timeout
    )

    process { LabRunner.Commands\Wait-LabRun @PSBoundParameters -Caller $PSCmdlet }
}
