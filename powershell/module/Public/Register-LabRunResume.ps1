function Register-LabRunResume {
    <#
    .SYNOPSIS
        Has the system resume the runs that wait for a restart of this machine.
    .DESCRIPTION
        Registers, once, that Resume-LabRun -Pending is called when the machine has started: with this PowerShell, this module and
        the folder of this session's runs. Without a run that waits the call does nothing. No password is asked for or stored.

        Under Linux it is a unit of systemd, labrunner-resume.service: of the system for root, otherwise of the user's own systemd, which
        must start without a login ('loginctl enable-linger'). Under Windows it is a task of the Task Scheduler that runs as
        SYSTEM, and an administrator registers it. Other systems have neither. Everything it takes is checked before anything is
        written; what is missing is an error (LabRunner.ResumeUnavailable).

        A lab with resume-after-restart: true in its settings does the same before its first operation.
    .PARAMETER Root
        The folder that stands for / of a Linux that is not running, such as a mounted image: the unit is written below it, and enabled.
    .EXAMPLE
        $null = New-Item -ItemType Directory -Path ./image
        Register-LabRunResume -Root ./image
        Get-Content -Path ./image/etc/systemd/system/labrunner-resume.service

        Shows the unit, as it is written into an image.
    .EXAMPLE
        Register-LabRunResume -Root . -WhatIf

        Checks whether it could be registered, and shows where.
    .OUTPUTS
        None.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Register-LabRunResume.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/restart.md
    .LINK
        Unregister-LabRunResume
    .LINK
        Resume-LabRun
    .LINK
        Request-LabRestart
    .LINK
        about_LabRunner_Resuming
    #>
    [CmdletBinding(SupportsShouldProcess, PositionalBinding = $false)]
    param(
        [ValidateNotNullOrEmpty()]
        [string] $Root
    )

    process {
        LabRunner.Commands\Register-LabRunResume @PSBoundParameters -Caller $PSCmdlet
    }
}
