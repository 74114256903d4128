function Watch-LabRun {
    <#
    .SYNOPSIS
        Shows how far a run is, of this process or of another one, until it ends; or once more how a run went.
    .DESCRIPTION
        The progress is that of the run's own console: bars on a screen, a line for each change of state in a log. The run may be of any process and user, as long as its
        record can be read. When it ends, it is returned. Ctrl+C ends the watching; the run goes on.

        A run that has ended is shown once more from its start, within ten seconds. With -Speed that takes as long as it took, divided by the speed.
    .PARAMETER Name
        The run under way of this name, or else the newest run that has it; wildcards are allowed. Without -Name, -Id and -Last it is the run that is under way, if there is only
        one.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run, or an exported archive; it comes with a run from the pipeline. Alias: RunDirectory.
    .PARAMETER Last
        The newest run that is under way, or else the newest run.
    .PARAMETER Output
        Shows what operations write as well, each line with the name of its operation in front.
    .PARAMETER Speed
        Shows the run from its start, this many times as fast as it happened: 1 is real time. A run that goes on is then followed as it does, once the present is reached.
    .PARAMETER ProgressStyle
        How progress is shown: Bar, Spinner, Percentage or Detailed. The setting ProgressStyle when left out.
    .EXAMPLE
        $job = Invoke-ParallelLabRunner -RunName 'build' -Background -Operations @{ Name = 'compile'; ScriptBlock = { 'compiled' } }
        (Watch-LabRun build -Output).Status
        $job | Wait-Job | Remove-Job

        From any other terminal of this user too, Watch-LabRun build shows the progress of the run.
    .EXAMPLE
        Get-LabRun -Last 1 | Watch-LabRun -Speed 100
    .OUTPUTS
        LabRunner.LabRunRecord
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Watch-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/steering.md
    .LINK
        Wait-LabRun
    .LINK
        Get-LabRunOutput
    .LINK
        Stop-LabRun
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

        [switch] $Output,

        [ValidateRange(0.001, 1000000)]
        [double] $Speed,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $ProgressStyle
    )

    process { LabRunner.Commands\Watch-LabRun @PSBoundParameters -Caller $PSCmdlet }
}
