function Invoke-CrossPlatformCommand {
    <#
    .SYNOPSIS
        Runs a command that not every platform has.
    .DESCRIPTION
        Where the command is missing, -MockResult is returned, or nothing with -SkipOnUnavailable; without either it is a
        terminating error that names it (LabRunner.CommandNotFound).
    .PARAMETER CommandName
        The command's name. A line with arguments, such as "echo 'test'", is run as it is written when its first word is a
        command. Alias: Command.
    .PARAMETER Parameters
        Its parameters by name.
    .PARAMETER MockResult
        What to return where the command does not exist.
    .PARAMETER SkipOnUnavailable
        Returns nothing where the command does not exist.
    .PARAMETER Description
        What it is for, for the log.
    .EXAMPLE
        Invoke-CrossPlatformCommand -CommandName Get-Platform
    .EXAMPLE
        Invoke-CrossPlatformCommand -CommandName Get-NetFirewallRule -Parameters @{ DisplayName = 'Lab' } -MockResult 'no firewall here'
    .OUTPUTS
        What the command writes.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-CrossPlatformCommand.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Get-Platform
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('Command')]
        [ValidateNotNullOrEmpty()]
        [string] $CommandName,

        [Parameter(Position = 1)]
        [AllowNull()]
        [System.Collections.IDictionary] $Parameters,

        [AllowNull()]
        [object] $MockResult,

        [switch] $SkipOnUnavailable,

        [string] $Description
    )

    if ($Description) { Write-LabLog $Description 'INFO' }
    $name = $CommandName.Trim()
    $found = Find-CallerCommand $PSCmdlet $name
    if ($found) {
        $named = @{}
        if ($null -ne $Parameters) { foreach ($key in $Parameters.Keys) { $named["$key"] = $Parameters[$key] } }
        & $found @named
        return
    }
    if ($name.Contains(' ') -and (Find-CallerCommand $PSCmdlet $name.Split(' ')[0])) {
        & (New-CallerBlock $PSCmdlet $name)
        return
    }

    if ($null -ne $MockResult) {
        Write-LabLog "The command '$name' is not available; the result for that case is returned." 'WARN'
        return $MockResult
    }
    if ($SkipOnUnavailable) {
        Write-LabLog "The command '$name' is not available; skipped." 'WARN'
        return
    }
    $PSCmdlet.ThrowTerminatingError((New-LabError -Id CommandNotFound -Message "Command '$name' is not available on this platform." -Advice 'Give -MockResult or -SkipOnUnavailable where it can be done without.' -Target $name -Category ObjectNotFound))
}
