# A fallback: Import-ModuleFunction leaves it out where the session has another command of this name.
function Complete-ProgressOperation {
    <#
    .SYNOPSIS
        Ends the progress of an operation, in sessions without the ProgressTracking module.
    .DESCRIPTION
        A fallback; see Start-ProgressOperation. An id that is not known is a warning.
    .PARAMETER OperationId
        What Start-ProgressOperation returned.
    .PARAMETER ShowSummary
        Logs how long it took and which errors and warnings were added.
    .EXAMPLE
        $id = Start-ProgressOperation -OperationName 'Deploying' -TotalSteps 1
        Complete-ProgressOperation -OperationId $id -ShowSummary
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Complete-ProgressOperation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Start-ProgressOperation
    .LINK
        Update-ProgressOperation
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [string] $OperationId,

        [switch] $ShowSummary
    )

    if ($tracker = Get-TrackerCommand Complete-ProgressOperation) { return & $tracker @PSBoundParameters }
    if ($null -eq ($operation = Get-TrackedOperation $OperationId)) { return }
    $script:progressOperations.Remove($OperationId)
    Write-Progress -Id $operation.Number -Activity $operation.Name -Completed
    if ($ShowSummary) {
        $level = if ($operation.Errors.Count) { 'ERROR' } elseif ($operation.Warnings.Count) { 'WARN' } else { 'SUCCESS' }
        Write-LabLog "$($operation.Name): $($operation.Step) of $($operation.Total) steps in $($operation.Watch.Elapsed.ToString('hh\:mm\:ss')), $($operation.Errors.Count) errors, $($operation.Warnings.Count) warnings" $level
        foreach ($text in $operation.Errors) { Write-LabLog "  $text" 'ERROR' }
        foreach ($text in $operation.Warnings) { Write-LabLog "  $text" 'WARN' }
    }
}
