# A fallback: Import-ModuleFunction leaves it out where the session has another command of this name.
function Update-ProgressOperation {
    <#
    .SYNOPSIS
        Shows the step that an operation is at, in sessions without the ProgressTracking module.
    .DESCRIPTION
        A fallback; see Start-ProgressOperation. An id that is not known is a warning.
    .PARAMETER OperationId
        What Start-ProgressOperation returned.
    .PARAMETER CurrentStep
        The number of the step.
    .PARAMETER StepName
        What is being done.
    .PARAMETER IncrementStep
        Goes to the next step.
    .EXAMPLE
        $id = Start-ProgressOperation -OperationName 'Deploying' -TotalSteps 3
        Update-ProgressOperation -OperationId $id -CurrentStep 2 -StepName 'Servers'
        Complete-ProgressOperation -OperationId $id
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Update-ProgressOperation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Start-ProgressOperation
    .LINK
        Complete-ProgressOperation
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [string] $OperationId,

        [Parameter(Position = 1)]
        [int] $CurrentStep,

        [Parameter(Position = 2)]
        [string] $StepName,

        [switch] $IncrementStep
    )

    if ($tracker = Get-TrackerCommand Update-ProgressOperation) { return & $tracker @PSBoundParameters }
    if ($null -eq ($operation = Get-TrackedOperation $OperationId)) { return }
    if ($IncrementStep) { $operation.Step++ } elseif ($PSBoundParameters.ContainsKey('CurrentStep')) { $operation.Step = $CurrentStep }
    $operation.Step = [math]::Max(0, [math]::Min($operation.Step, $operation.Total))

    $status = "step $($operation.Step) of $($operation.Total)"
    if ($StepName) { $status += ": $StepName" }
    if ($operation.ShowTime) { $status += " ($($operation.Watch.Elapsed.ToString('hh\:mm\:ss')))" }
    $shown = @{ Id = $operation.Number; Activity = $operation.Name; Status = $status; PercentComplete = if ($operation.Total) { [int] (100 * $operation.Step / $operation.Total) } else { 100 } }
    if ($operation.ShowEta -and $operation.Step -gt 0) {
        $shown.SecondsRemaining = [int] ($operation.Watch.Elapsed.TotalSeconds / $operation.Step * ($operation.Total - $operation.Step))
    }
    Write-Progress @shown
}
