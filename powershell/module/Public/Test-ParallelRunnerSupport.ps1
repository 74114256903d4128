function Test-ParallelRunnerSupport {
    <#
    .SYNOPSIS
        Tells whether operations can run in parallel here.
    .DESCRIPTION
        Loads the native library and opens a runspace, and gives $true when both work. With -Detailed it gives what was
        looked at: Supported, PowerShellVersion, ThreadJobAvailable, RunspaceSupport, MaxConcurrency, Platform and Details.
    .PARAMETER Detailed
        Returns what was looked at instead of yes or no.
    .EXAMPLE
        if (Test-ParallelRunnerSupport) { 'in parallel' } else { 'one after another' }
    .EXAMPLE
        (Test-ParallelRunnerSupport -Detailed).MaxConcurrency
    .OUTPUTS
        System.Boolean, or LabRunner.ParallelSupport, a hashtable, with -Detailed.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Test-ParallelRunnerSupport.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Test-LabRunnerHealth
    .LINK
        Invoke-ParallelLabRunner
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType([bool], 'LabRunner.ParallelSupport')]
    param(
        [switch] $Detailed
    )

    end { LabRunner.Commands\Test-ParallelRunnerSupport @PSBoundParameters -Caller $PSCmdlet }
}
