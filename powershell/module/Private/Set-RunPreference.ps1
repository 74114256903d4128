# The words of a call for how much it says - Verbosity, LogLevel and NonInteractive - as the common parameters that mean the
# same: of the command that calls this, and so of its operations. Common parameters that were given win.
# It is called with a dot: it sets variables of its caller. PowerShell then looks up all variables of that command by name,
# which spares the first call of a process some 30 methods to compile, two for each parameter.
function Set-RunPreference {
    param([System.Collections.IDictionary] $PreferenceBound)

    $preferenceMeant = @{}
    switch ($PreferenceBound['Verbosity']) {
        'detailed' { $preferenceMeant.Verbose = $true }
        'silent' { $preferenceMeant.ProgressAction = $preferenceMeant.InformationAction = 'SilentlyContinue' }
    }
    switch ($PreferenceBound['LogLevel']) {
        { $_ -in 'DEBUG', 'TRACE' } { $preferenceMeant.Verbose = $preferenceMeant.Debug = $true }
        'VERBOSE' { $preferenceMeant.Verbose = $true }
        { $_ -in 'WARN', 'WARNING', 'ERROR' } { $preferenceMeant.InformationAction = 'SilentlyContinue' }
        'ERROR' { $preferenceMeant.WarningAction = 'SilentlyContinue' }
    }
    if ($PreferenceBound['NonInteractive']) {
        # Progress that is asked for all the same comes as lines, which take nothing of the screen. What else silences it still does.
        if ($PreferenceBound['ShowProgress'] -and -not $preferenceMeant.ContainsKey('ProgressAction') -and -not $PreferenceBound.ContainsKey('ProgressAction')) {
            $PreferenceBound['ProgressAsLines'] = [switch] $true
        }
        $preferenceMeant.ProgressAction = 'SilentlyContinue'
        $preferenceMeant.Confirm = $false
    }
    foreach ($preferenceWord in 'Verbosity', 'LogLevel', 'NonInteractive') { $null = $PreferenceBound.Remove($preferenceWord) }

    # The engine has read the common parameters by now: what the caller writes goes by the variables, and what the run
    # hands to its operations by the bound parameters.
    $preferenceVariables = @{
        Verbose = 'VerbosePreference'; Debug = 'DebugPreference'; WarningAction = 'WarningPreference'
        InformationAction = 'InformationPreference'; ProgressAction = 'ProgressPreference'; Confirm = 'ConfirmPreference'
    }
    foreach ($preferenceName in $preferenceMeant.Keys) {
        if ($PreferenceBound.ContainsKey($preferenceName)) { continue }
        $PreferenceBound[$preferenceName] = $preferenceMeant[$preferenceName]
        $preferenceValue = switch ($preferenceName) {
            'Confirm' { 'None' }
            { $_ -in 'Verbose', 'Debug' } { 'Continue' }
            default { $preferenceMeant[$preferenceName] }
        }
        Set-Variable -Name $preferenceVariables[$preferenceName] -Value $preferenceValue
    }
}
