function Get-MenuSelection {
    <#
    .SYNOPSIS
        Shows a numbered menu and returns what was chosen.
    .DESCRIPTION
        Items are chosen by their number or, for texts, by their first four characters; several with commas between them.
        'exit' chooses nothing, and 'all', with -AllowAll, everything. What cannot be understood is asked for again.
    .PARAMETER Items
        What can be chosen.
    .PARAMETER Title
        The line above the menu.
    .PARAMETER AllowAll
        Lets 'all' choose everything.
    .PARAMETER MaxRetries
        Number of attempts before returning nothing.
    .EXAMPLE
        Get-MenuSelection -Items '0001_Reset-Git.ps1', '0002_Setup-Directories.ps1' -Title 'Scripts' -AllowAll
    .OUTPUTS
        The chosen items.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-MenuSelection.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Read-LoggedInput
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [AllowEmptyCollection()]
        [AllowNull()]
        [object[]] $Items,

        [string] $Title = 'Select items',

        [switch] $AllowAll,

        [ValidateRange(1, 1000)]
        [int] $MaxRetries = 3
    )

    # The menu must be seen, also where the log is silent.
    $silent = $env:LAB_CONSOLE_LEVEL -in '0', 'SILENT'
    $byKey = @{}
    $number = 0
    $lines = @($Title) + @(foreach ($item in $Items) {
            $number++
            $byKey["$number"] = $item
            if ($item -is [string] -and $item.Length -ge 4 -and -not $byKey.ContainsKey($item.Substring(0, 4))) { $byKey[$item.Substring(0, 4)] = $item }
            "$number) $item"
        })
    if ($number -eq 0) { return @() }
    foreach ($line in $lines) {
        Write-LabLog $line
        if ($silent) { Write-Host $line }
    }

    $question = if ($AllowAll) { "Enter numbers or prefixes (with commas), 'all', or 'exit'" } else { "Enter numbers or prefixes (with commas), or 'exit'" }
    for ($try = 1; $try -le $MaxRetries; $try++) {
        $answer = "$(Read-LoggedInput $question)".Trim()
        if ($answer -eq 'exit') { return @() }
        if ($AllowAll -and $answer -eq 'all') { return $Items }
        $chosen = @(foreach ($key in $answer.Split(',')) {
                $key = $key.Trim()
                if ($key -and $byKey.ContainsKey($key)) { $byKey[$key] }
            })
        if ($chosen.Count -gt 0) { return $chosen }
        Write-LabLog 'Invalid selection. Try again.'
        if ($silent) { Write-Host 'Invalid selection. Try again.' }
    }
    @()
}
