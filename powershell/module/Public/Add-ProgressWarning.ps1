# A fallback: Import-ModuleFunction leaves it out where the session has another command of this name.
function Add-ProgressWarning {
    <#
    .SYNOPSIS
        Adds a warning to a progress operation, in sessions without the ProgressTracking module.
    .DESCRIPTION
        A fallback; see Start-ProgressOperation. The summary at its end shows it. An id that is not known is a warning.
    .PARAMETER OperationId
        What Start-ProgressOperation returned.
    .PARAMETER Warning
        The text.
    .EXAMPLE
        $id = Start-ProgressOperation -OperationName 'Deploying' -TotalSteps 1
        Add-ProgressWarning -OperationId $id -Warning 'The image is old'
        Complete-ProgressOperation -OperationId $id
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Add-ProgressWarning.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Start-ProgressOperation
    .LINK
        Add-ProgressError
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [string] $OperationId,

        [Parameter(Mandatory, Position = 1)]
        [string] $Warning
    )

    if ($tracker = Get-TrackerCommand Add-ProgressWarning) { return & $tracker @PSBoundParameters }
    if ($null -eq ($operation = Get-TrackedOperation $OperationId)) { return }
    $operation.Warnings.Add($Warning)
}
