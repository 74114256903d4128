function Write-ProgressLog {
    <#
    .SYNOPSIS
        Logs how a long operation is getting on.
    .DESCRIPTION
        Writes the line with Write-CustomLog, at the level that corresponds.
    .PARAMETER Message
        The text.
    .PARAMETER Level
        Info, Success, Warning or Error.
    .PARAMETER OperationId
        The progress operation it belongs to; an error or a warning is counted there too.
    .EXAMPLE
        Write-ProgressLog -Message 'The image is ready' -Level Success
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Write-ProgressLog.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Write-CustomLog
    .LINK
        Start-ProgressOperation
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [AllowEmptyString()]
        [string] $Message,

        [Parameter(Position = 1)]
        [ValidateSet('Info', 'Success', 'Error', 'Warning')]
        [string] $Level = 'Info',

        [string] $OperationId
    )

    # The Logging module knows WARN and refuses WARNING.
    $name = if ($Level -eq 'Warning') { 'WARN' } else { $Level.ToUpperInvariant() }
    Write-LabLog -Message $Message -Level $name
    if ($OperationId -and $Level -eq 'Error') { Add-ProgressError -OperationId $OperationId -Error $Message }
    if ($OperationId -and $Level -eq 'Warning') { Add-ProgressWarning -OperationId $OperationId -Warning $Message }
}
