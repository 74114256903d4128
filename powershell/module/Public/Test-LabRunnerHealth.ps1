function Test-LabRunnerHealth {
    <#
    .SYNOPSIS
        Tells whether LabRunner itself is well on this machine.
    .DESCRIPTION
        Looks at the version of PowerShell, the native library, whether runspaces can be opened, the workers, whether the
        folder of runs and the temporary folder can be written to, the room on the disk, and the clock.

        Gives Status (Healthy, Degraded or Unhealthy), Healthy, and Checks with Name, Status (Ok, Warning or Failed) and
        Message. What is not well is a result, not an error.
    .PARAMETER Quiet
        Gives $true or $false instead, for conditions.
    .EXAMPLE
        Test-LabRunnerHealth
    .EXAMPLE
        if (-not (Test-LabRunnerHealth -Quiet)) { (Test-LabRunnerHealth).Checks | Where-Object Status -ne 'Ok' }
    .OUTPUTS
        LabRunner.LabHealth, or System.Boolean with -Quiet.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Test-LabRunnerHealth.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Get-LabRunnerDependencies
    .LINK
        Test-ParallelRunnerSupport
    .LINK
        Get-SystemResourceUsage
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabHealth', [bool])]
    param(
        [switch] $Quiet
    )

    end { LabRunner.Commands\Test-LabRunnerHealth @PSBoundParameters -Caller $PSCmdlet }
}
