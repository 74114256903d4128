function Unregister-LabRunResume {
    <#
    .SYNOPSIS
        Takes back what Register-LabRunResume has registered.
    .DESCRIPTION
        Removes the unit of systemd, or the task of the Task Scheduler, that resumes runs after a restart of the machine. Runs that
        wait for one go on waiting; Resume-LabRun -Pending resumes them.
    .PARAMETER Root
        The folder that stands for / of a Linux that is not running, as Register-LabRunResume was given it.
    .EXAMPLE
        $null = New-Item -ItemType Directory -Path ./image
        Register-LabRunResume -Root ./image
        Unregister-LabRunResume -Root ./image

        Registers, and takes that back.
    .OUTPUTS
        None.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Unregister-LabRunResume.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/restart.md
    .LINK
        Register-LabRunResume
    .LINK
        about_LabRunner_Resuming
    #>
    [CmdletBinding(SupportsShouldProcess, PositionalBinding = $false)]
    param(
        [ValidateNotNullOrEmpty()]
        [string] $Root
    )

    process {
        LabRunner.Commands\Unregister-LabRunResume @PSBoundParameters -Caller $PSCmdlet
    }
}
