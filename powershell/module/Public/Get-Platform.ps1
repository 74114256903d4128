function Get-Platform {
    <#
    .SYNOPSIS
        Names the platform: Windows, Linux, MacOS or Unknown.
    .DESCRIPTION
        Gives the name of the operating system as text.

        Existing scripts write "if (Get-Platform -eq 'Windows')", which passes -eq to this command instead of comparing
        its output. That is understood as the comparison it was meant to be, for -eq and -ne.
    .EXAMPLE
        Get-Platform

        Gives 'Linux', for example.
    .EXAMPLE
        if ((Get-Platform) -eq 'Windows') { 'Hyper-V may be available' } else { 'No Hyper-V here' }
    .OUTPUTS
        System.String, or System.Boolean when it was called with a comparison.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-Platform.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-CrossPlatformCommand
    .LINK
        Get-CrossPlatformTempPath
    .LINK
        about_LabRunner
    #>

    # Not an advanced function: one would refuse the -eq of existing scripts as an unknown parameter.
    $platform = if ($IsWindows) { 'Windows' } elseif ($IsLinux) { 'Linux' } elseif ($IsMacOS) { 'MacOS' } else { 'Unknown' }
    switch ("$($args[0])") {
        '-eq' { return $platform -eq $args[1] }
        '-ne' { return $platform -ne $args[1] }
    }
    $platform
}
