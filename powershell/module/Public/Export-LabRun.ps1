function Export-LabRun {
    <#
    .SYNOPSIS
        Writes a recorded run as one zip file, which can be read wherever LabRunner is.
    .DESCRIPTION
        The file has the header, the plan, the journal, what operations wrote, and the result; secrets are masked in all of them.
        Get-LabRun -Path opens it, and what that gives goes to Get-LabRunOperation and Get-LabRunOutput as any run does.
    .PARAMETER Path
        The file to write, or a folder for a file with the run's name and id; the current location when left out.
    .PARAMETER Force
        Overwrites a file that is there.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run; it comes with a run from the pipeline. Alias: RunDirectory.
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'nightly' -Operations @{ Name = 'check'; ScriptBlock = { 'all is well' } }
        Get-LabRun nightly -Last 1 | Export-LabRun ./nightly.zip -Force
        Get-LabRun -Path ./nightly.zip | Get-LabRunOutput
    .OUTPUTS
        System.IO.FileInfo
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Export-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/runs.md
    .LINK
        Get-LabRun
    .LINK
        Export-LabRunReport
    .LINK
        Remove-LabRun
    .LINK
        about_LabRunner_Runs
    .LINK
        about_LabRunner_Security
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Position = 0)]
        [string] $Path,

        [switch] $Force,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory
    )

    process { LabRunner.Commands\Export-LabRun @PSBoundParameters -Caller $PSCmdlet }
}
