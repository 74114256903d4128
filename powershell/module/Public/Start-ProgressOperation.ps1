# A fallback: Import-ModuleFunction leaves it out where the session has another command of this name.
function Start-ProgressOperation {
    <#
    .SYNOPSIS
        Begins to show the progress of an operation, in sessions without the ProgressTracking module.
    .DESCRIPTION
        A fallback for the command of the same name in ProgressTracking. It exists only where no such command was there
        when LabRunner was imported; when ProgressTracking is imported later, every call is handed on to it.

        Progress is shown with Write-Progress. Returns the id for Update-, Complete-, Add-ProgressError and
        Add-ProgressWarning.
    .PARAMETER OperationName
        The operation's name.
    .PARAMETER TotalSteps
        How many steps it has.
    .PARAMETER ShowTime
        Shows how long it has run.
    .PARAMETER ShowETA
        Shows how long it will still take, judged by the steps so far.
    .PARAMETER Style
        Bar, Spinner, Percentage or Detailed. Write-Progress has one style; the others are accepted.
    .EXAMPLE
        $id = Start-ProgressOperation -OperationName 'Deploying' -TotalSteps 2 -ShowTime
        Update-ProgressOperation -OperationId $id -IncrementStep -StepName 'Network'
        Update-ProgressOperation -OperationId $id -IncrementStep -StepName 'Servers'
        Complete-ProgressOperation -OperationId $id -ShowSummary
    .OUTPUTS
        System.String
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Start-ProgressOperation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Update-ProgressOperation
    .LINK
        Complete-ProgressOperation
    .LINK
        Add-ProgressWarning
    .LINK
        Add-ProgressError
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [string] $OperationName,

        [Parameter(Mandatory, Position = 1)]
        [ValidateRange(0, [int]::MaxValue)]
        [int] $TotalSteps,

        [switch] $ShowTime,

        [switch] $ShowETA,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $Style = 'Bar'
    )

    if ($tracker = Get-TrackerCommand Start-ProgressOperation) { return & $tracker @PSBoundParameters }
    $id = [guid]::NewGuid().ToString()
    if ($null -eq $script:progressOperations) { $script:progressOperations = @{} }
    $script:progressNumber++
    $script:progressOperations[$id] = @{
        # Bars of other commands have small numbers.
        Number = 4700 + $script:progressNumber
        Name = $OperationName
        Total = $TotalSteps
        Step = 0
        Watch = [System.Diagnostics.Stopwatch]::StartNew()
        ShowTime = [bool] $ShowTime
        ShowEta = [bool] $ShowETA
        Errors = [System.Collections.Generic.List[string]]::new()
        Warnings = [System.Collections.Generic.List[string]]::new()
    }
    Write-Progress -Id $script:progressOperations[$id].Number -Activity $OperationName -Status 'Starting' -PercentComplete 0
    $id
}
