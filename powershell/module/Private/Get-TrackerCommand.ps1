# The command of the ProgressTracking module, should it have been imported after this one; nothing otherwise.
function Get-TrackerCommand {
    param([string] $Name)

    $tracker = Get-Module -Name ProgressTracking
    if ($tracker -and $tracker.ExportedCommands.ContainsKey($Name)) { $tracker.ExportedCommands[$Name] }
}

# The operation of an id, or a warning that there is none. Those of the fallbacks belong to one runspace, as those of
# ProgressTracking do.
function Get-TrackedOperation {
    param([string] $Id)

    $operation = if ($script:progressOperations) { $script:progressOperations[$Id] }
    if ($null -eq $operation) { Write-Warning "The progress operation '$Id' does not exist: it was completed, or never started." }
    $operation
}
