function Get-CrossPlatformTempPath {
    <#
    .SYNOPSIS
        Gives the folder for temporary files.
    .DESCRIPTION
        The environment variable TEMP where it is set, else the folder the operating system names.
    .EXAMPLE
        Join-Path (Get-CrossPlatformTempPath) -ChildPath 'lab-images'
    .OUTPUTS
        System.String
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-CrossPlatformTempPath.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Get-Platform
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    if ($env:TEMP) { $env:TEMP } else { [System.IO.Path]::GetTempPath() }
}
