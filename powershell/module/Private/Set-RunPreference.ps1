# The words of a call for how much it says - Verbosity, LogLevel and NonInteractive - as the common parameters that mean the
# same: of the command that calls this, and so of its operations. Common parameters that were given win.
function Set-RunPreference {
    param([System.Collections.IDictionary] $Bound)

    $meant = @{}
    switch ($Bound['Verbosity']) {
        'detailed' { $meant.Verbose = $true }
        'silent' { $meant.ProgressAction = $meant.InformationAction = 'SilentlyContinue' }
    }
    switch ($Bound['LogLevel']) {
        { $_ -in 'DEBUG', 'TRACE' } { $meant.Verbose = $meant.Debug = $true }
        'VERBOSE' { $meant.Verbose = $true }
        { $_ -in 'WARN', 'WARNING', 'ERROR' } { $meant.InformationAction = 'SilentlyContinue' }
        'ERROR' { $meant.WarningAction = 'SilentlyContinue' }
    }
    if ($Bound['NonInteractive']) {
        # Progress that is asked for all the same comes as lines, which take nothing of the screen. What else silences it still does.
        if ($Bound['ShowProgress'] -and -not $meant.ContainsKey('ProgressAction') -and -not $Bound.ContainsKey('ProgressAction')) {
            $Bound['ProgressAsLines'] = [switch] $true
        }
        $meant.ProgressAction = 'SilentlyContinue'
        $meant.Confirm = $false
    }
    foreach ($word in 'Verbosity', 'LogLevel', 'NonInteractive') { $null = $Bound.Remove($word) }

    # The engine has read the common parameters by now: what the caller writes goes by the variables, and what the run
    # hands to its operations by the bound parameters.
    $variables = @{
        Verbose = 'VerbosePreference'; Debug = 'DebugPreference'; WarningAction = 'WarningPreference'
        InformationAction = 'InformationPreference'; ProgressAction = 'ProgressPreference'; Confirm = 'ConfirmPreference'
    }
    foreach ($parameter in $meant.Keys) {
        if ($Bound.ContainsKey($parameter)) { continue }
        $Bound[$parameter] = $meant[$parameter]
        $value = switch ($parameter) {
            'Confirm' { 'None' }
            { $_ -in 'Verbose', 'Debug' } { 'Continue' }
            default { $meant[$parameter] }
        }
        Set-Variable -Name $variables[$parameter] -Value $value -Scope 1
    }
}
