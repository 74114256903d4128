function Initialize-StandardParameters {
    <#
    .SYNOPSIS
        Gives a script its standard parameters: verbosity, modes, configuration.
    .DESCRIPTION
        Reads the parameters a script was called with and returns one hashtable with ScriptName, Verbosity ('silent',
        'normal' or 'detailed'), IsNonInteractive, IsWhatIfMode, IsAutoMode, IsForceMode, Config and ModulesLoaded.

        Verbosity is that of the input parameters; without one it comes from the environment variable LAB_CONSOLE_LEVEL,
        which may hold '0', '1', '2' or a level of the Logging module such as 'SILENT', 'WARN' or 'DEBUG'. The variable is
        then set to what it became, as a digit, or as a word where it held one.

        -Auto makes a script non-interactive. Without -NonInteractive in the input, a script is non-interactive in a host
        without a user, when PESTER_RUN is 'true', and in WhatIf mode.

        A required parameter that is missing or null is a terminating error.
    .PARAMETER ScriptName
        The name of the script; that of the calling script when it is not given.
    .PARAMETER Config
        The configuration. It comes before a Config among the input parameters.
    .PARAMETER InputParameters
        What the script was called with: $PSBoundParameters.
    .PARAMETER RequiredParameters
        The names of the parameters that must be there.
    .PARAMETER DefaultConfig
        The configuration to use when there is none.
    .EXAMPLE
        Initialize-StandardParameters -ScriptName 'Deploy.ps1' -InputParameters @{ Verbosity = 'detailed'; Auto = $true }

        Gives a hashtable with Verbosity 'detailed', IsAutoMode and IsNonInteractive.
    .EXAMPLE
        function Deploy-Server {
            [CmdletBinding(SupportsShouldProcess)]
            param([string] $ServerName)
            $standard = Initialize-StandardParameters -InputParameters $PSBoundParameters -RequiredParameters ServerName -ScriptName Deploy-Server
            if ($standard.IsWhatIfMode) { "Would deploy $ServerName" } else { "Deploying $ServerName" }
        }
        Deploy-Server -ServerName WEB-01 -WhatIf
    .OUTPUTS
        System.Collections.Hashtable
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseSingularNouns', '', Justification = 'The name existing scripts use.')]
    param(
        [string] $ScriptName,

        [object] $Config,

        [AllowNull()]
        [System.Collections.IDictionary] $InputParameters = @{},

        [AllowEmptyCollection()]
        [string[]] $RequiredParameters = @(),

        [hashtable] $DefaultConfig = @{}
    )
    #later

    if ($null -eq $InputParameters) { $InputParameters = @{} }
    if (-not $ScriptName) {
        $ScriptName = if ($PSCmdlet.MyInvocation.PSCommandPath) { [System.IO.Path]::GetFileName($PSCmdlet.MyInvocation.PSCommandPath) } else { 'Interactive' }
    }

    # Scripts that LabRunner serves log through the Logging module where it is.
    if ($env:PWSH_MODULES_PATH -and -not (Get-Module -Name Logging)) {
        $logging = [System.IO.Path]::Combine($env:PWSH_MODULES_PATH, 'Logging')
        if ([System.IO.Directory]::Exists($logging)) {
            Import-Module -Name $logging -Verbose:$false -ErrorAction SilentlyContinue
        }
    }
    Write-LabLog "Initializing script: $ScriptName" -Level INFO

    # The console level comes in two encodings: digits, and the level names of the Logging module.
    $levelWord = "$env:LAB_CONSOLE_LEVEL".Trim().ToUpperInvariant()
    $levelBefore = switch ($levelWord) {
        '' { $null }
        { $_ -in '0', 'SILENT' } { 'silent' }
        { $_ -in '2', 'DEBUG', 'TRACE', 'VERBOSE' } { 'detailed' }
        default { 'normal' }
    }
    $verbosity = if ($InputParameters['Verbosity']) { "$($InputParameters['Verbosity'])" } elseif ($levelBefore) { $levelBefore } else { 'normal' }

    $whatIf = [bool] $InputParameters['WhatIf'] -or [bool] $PSCmdlet.SessionState.PSVariable.GetValue('WhatIfPreference')
    $auto = [bool] $InputParameters['Auto']
    $nonInteractive = if ($InputParameters.Keys -contains 'NonInteractive') {
        [bool] $InputParameters['NonInteractive']
    } else {
        $whatIf -or $Host.Name -eq 'Default Host' -or -not [System.Environment]::UserInteractive -or $env:PESTER_RUN -eq 'true'
    }

    $standard = @{
        ScriptName = $ScriptName
        Verbosity = $verbosity
        IsNonInteractive = $nonInteractive -or $auto
        IsWhatIfMode = $whatIf
        IsAutoMode = $auto
        IsForceMode = [bool] $InputParameters['Force']
        Config = $Config
        # Write-CustomLog is there in any case: the Logging module's, or this module's own.
        ModulesLoaded = @('Logging')
    }
    if ($null -eq $Config) {
        $standard.Config = $InputParameters['Config']
        if ($null -eq $standard.Config) {
            $standard.Config = $DefaultConfig
            Write-LabLog 'No configuration was given; the default is used.' -Level DEBUG
        }
    }

    foreach ($name in $RequiredParameters) {
        if ($null -eq $InputParameters[$name]) {
            $message = "Required parameter '$name' missing for script: $ScriptName"
            Write-LabLog $message -Level ERROR
            throw $message
        }
    }

    $levelAfter = if ($verbosity -in 'silent', 'detailed') { $verbosity } else { 'normal' }
    if ($levelAfter -ne $levelBefore) {
        $words = $levelWord -and $levelWord -notmatch '^\d+$'
        $env:LAB_CONSOLE_LEVEL = switch ($levelAfter) {
            'silent' { if ($words) { 'SILENT' } else { '0' } }
            'detailed' { if ($words) { 'DEBUG' } else { '2' } }
            default { if ($words) { 'WARN' } else { '1' } }
        }
    }

    $level = if ($verbosity -eq 'detailed') { 'INFO' } else { 'DEBUG' }
    foreach ($key in 'Verbosity', 'IsWhatIfMode', 'IsNonInteractive', 'IsAutoMode', 'IsForceMode') {
        Write-LabLog "${key}: $($standard[$key])" -Level $level
    }
    $standard
}
