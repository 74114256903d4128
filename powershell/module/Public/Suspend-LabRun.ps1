function Suspend-LabRun {
    <#
    .SYNOPSIS
        Lets runs that are under way start nothing more until Resume-LabRun, from any PowerShell of the same user.
    .DESCRIPTION
        What runs goes on to its end. Nothing else is started, neither operations nor retries, until Resume-LabRun lets the run go on in its own
        process. The run's own limit and the total limits of operations that wait do not count meanwhile; the limits of operations that
        run do. Stop-LabRun and Ctrl+C stop a suspended run like any other.

        Get-LabRun shows such a run as Suspended. If its process ends, the run is Interrupted, and Resume-LabRun goes on for it as for any
        run whose process has died.
    .PARAMETER Name
        Runs under way of these names; wildcards are allowed. Without -Name, -Id and -Last it is the run that is under way, if there
        is only one.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run; it comes with a run from the pipeline. Alias: RunDirectory.
    .PARAMETER Last
        The newest run that is under way.
    .PARAMETER PassThru
        Returns the runs as they are when they have taken the order.
    .EXAMPLE
        $job = Invoke-ParallelLabRunner -RunName 'night' -Background -Operations @{ Name = 'wait'; ScriptBlock = { Start-Sleep -Seconds 600 } }
        (Suspend-LabRun night -PassThru).Status
        Resume-LabRun -Name night
        Stop-LabRun night
        $job | Wait-Job | Remove-Job
    .OUTPUTS
        Nothing; LabRunner.LabRunRecord with -PassThru.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Suspend-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/steering.md
    .LINK
        Resume-LabRun
    .LINK
        Stop-LabRun
    .LINK
        Wait-LabRun
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

        [switch] $PassThru
    )

    process { LabRunner.Commands\Suspend-LabRun @PSBoundParameters -Caller $PSCmdlet }
}
