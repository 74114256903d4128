# A fallback: Import-ModuleFunction leaves it out where the session has another command of this name.
function Add-ProgressError {
    <#
    .SYNOPSIS
        Adds an error to a progress operation, in sessions without the ProgressTracking module.
    .DESCRIPTION
        A fallback; see Start-ProgressOperation. The summary at its end shows it. An id that is not known is a warning.
    .PARAMETER OperationId
        What Start-ProgressOperation returned.
    .PARAMETER Error
        The text.
    .EXAMPLE
        $id = Start-ProgressOperation -OperationName 'Deploying' -TotalSteps 1
        Add-ProgressError -OperationId $id -Error 'The disk is full'
        Complete-ProgressOperation -OperationId $id -ShowSummary
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Add-ProgressError.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Start-ProgressOperation
    .LINK
        Add-ProgressWarning
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidAssignmentToAutomaticVariable', '', Justification = 'The name existing scripts use.')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [string] $OperationId,

        [Parameter(Mandatory, Position = 1)]
        [string] $Error
    )

    if ($tracker = Get-TrackerCommand Add-ProgressError) { return & $tracker @PSBoundParameters }
    if ($null -eq ($operation = Get-TrackedOperation $OperationId)) { return }
    $operation.Errors.Add($PSBoundParameters['Error'])
}
