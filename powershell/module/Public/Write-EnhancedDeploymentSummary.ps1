function Write-EnhancedDeploymentSummary {
    <#
    .SYNOPSIS
        Shows on the console what became of a deployment.
    .DESCRIPTION
        Shows the result of Start-EnhancedLabDeployment for a person: status, duration, stages, resources, warnings and
        errors. Writes to the console, not to the output.
    .PARAMETER Result
        What Start-EnhancedLabDeployment returned.
    .EXAMPLE
        Write-EnhancedDeploymentSummary -Result @{ Success = $true; ConfigurationPath = './web.yaml'; Duration = [timespan]::FromSeconds(90) }
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Write-EnhancedDeploymentSummary.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Start-EnhancedLabDeployment
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [AllowNull()]
        [object] $Result
    )

    $rule = '=' * 70
    $line = {
        param([string] $Text, [string] $Colour)
        if ($Colour) { Write-Host $Text -ForegroundColor $Colour } else { Write-Host $Text }
    }
    & $line '' ''
    & $line $rule 'Cyan'
    & $line 'LAB DEPLOYMENT SUMMARY' 'Cyan'
    & $line $rule 'Cyan'
    if ($null -eq $Result) {
        & $line 'There is no result to show.' 'Yellow'
        & $line $rule 'Cyan'
        return
    }

    $seconds = { param($Value) if ($Value -is [timespan]) { [math]::Round($Value.TotalSeconds, 1).ToString([cultureinfo]::InvariantCulture) + ' s' } else { 'unknown' } }
    & $line "Configuration: $($Result.ConfigurationPath)" ''
    & $line "Duration: $(& $seconds $Result.Duration)" ''
    & $line "Status: $(if ($Result.Success) { 'SUCCESS' } else { 'FAILED' })" $(if ($Result.Success) { 'Green' } else { 'Red' })
    & $line "Progress tracking: $(if ($Result.ProgressTracking) { 'ENABLED' } else { 'DISABLED' })" ''
    if ($Result.DryRun) { & $line 'Mode: DRY RUN' 'Yellow' }
    if ($Result.Stage) { & $line "Stage: $($Result.Stage)" 'Yellow' }

    if ($Result.Stages.Keys) {
        & $line 'Stages:' 'Yellow'
        foreach ($name in $Result.Stages.Keys) {
            $stage = $Result.Stages[$name]
            $took = if ($stage.Duration -is [timespan]) { " ($(& $seconds $stage.Duration))" } else { '' }
            & $line "  $(if ($stage.Success) { 'ok    ' } else { 'failed' }) $name$took" $(if ($stage.Success) { 'Green' } else { 'Red' })
        }
    }
    if ($Result.Resources.Keys) {
        & $line 'Resources:' 'Yellow'
        foreach ($kind in $Result.Resources.Keys) { & $line "  ${kind}: $(@($Result.Resources[$kind]).Count)" '' }
    }
    $warnings = @($Result.Warnings | Where-Object { $_ })
    if ($warnings.Count) {
        & $line 'Warnings:' 'Yellow'
        foreach ($text in $warnings) { & $line "  $text" 'Yellow' }
    }
    $errors = @($Result.Errors | Where-Object { $_ })
    if ($errors.Count) {
        & $line 'Errors:' 'Red'
        foreach ($text in $errors) { & $line "  $text" 'Red' }
    }
    & $line $rule 'Cyan'
}
