function Initialize-StandardParameters {
    <#
    .SYNOPSIS
        Gives a script its standard parameters: verbosity, modes, configuration.
    .DESCRIPTION
        Reads the parameters a script was called with and returns one hashtable with ScriptName, Verbosity ('silent',
        'normal' or 'detailed'), IsNonInteractive, IsWhatIfMode, IsAutoMode, IsForceMode, Config and ModulesLoaded.

        Verbosity is that of the input parameters, and 'detailed' for a script that is called with -Verbose; without one it
        comes from the environment variable LAB_CONSOLE_LEVEL, which may hold '0', '1', '2' or a level of the Logging module
        such as 'SILENT', 'WARN' or 'DEBUG', and then from the setting Verbosity (see Get-LabRunnerConfiguration).
        A verbosity that does not exist is a terminating error. What a script asks for holds for its own lines and ends with
        it; the environment variable stays as it is.

        ModulesLoaded has the names of the loaded ones of Logging, ProgressTracking, OpenTofuProvider, ISOManager, SecureCredentials,
        ConfigurationCore and RemoteConnection that are loaded.

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
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Initialize-StandardParameters.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-LabStep
    .LINK
        about_LabRunner
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
    # A stand-alone file has no settings.
    $settings = 'LabRunner.LabRunnerConfiguration' -as [type]
    $verbosity = if ($InputParameters['Verbosity']) {
        "$($InputParameters['Verbosity'])".ToLowerInvariant()
    } elseif ($InputParameters['Verbose']) {
        'detailed'
    } elseif ($levelBefore) {
        $levelBefore
    } elseif ($settings) {
        $settings::CurrentVerbosity
    } else {
        'normal'
    }
    if ($verbosity -notin 'silent', 'normal', 'detailed') {
        $PSCmdlet.ThrowTerminatingError((New-LabError -Id InvalidValue -Message "Verbosity must be silent, normal or detailed, not '$verbosity', for script: $ScriptName." -Advice '' -Target $verbosity))
    }

    # In the scope of the script that calls, with which it ends: an environment variable would silence the session after it.
    if ($InputParameters['Verbosity'] -or $InputParameters['Verbose']) { $PSCmdlet.SessionState.PSVariable.Set('LabVerbosity', $verbosity) }

    $whatIf = [bool] $InputParameters['WhatIf'] -or [bool] $PSCmdlet.SessionState.PSVariable.GetValue('WhatIfPreference')
    $auto = [bool] $InputParameters['Auto']
    $nonInteractive = if ($InputParameters.Keys -contains 'NonInteractive') {
        [bool] $InputParameters['NonInteractive']
    } else {
        $whatIf -or ($settings -and $settings::IsNonInteractive) -or $Host.Name -eq 'Default Host' -or -not [System.Environment]::UserInteractive -or $env:PESTER_RUN -eq 'true'
    }

    $standard = @{
        ScriptName = $ScriptName
        Verbosity = $verbosity
        IsNonInteractive = $nonInteractive -or $auto
        IsWhatIfMode = $whatIf
        IsAutoMode = $auto
        IsForceMode = [bool] $InputParameters['Force']
        Config = $Config
        ModulesLoaded = @(Get-Module -Name Logging, ProgressTracking, OpenTofuProvider, ISOManager, SecureCredentials, ConfigurationCore, RemoteConnection | ForEach-Object Name | Sort-Object -Unique)
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
            $PSCmdlet.ThrowTerminatingError((New-LabError -Id MissingParameter -Message $message -Target $name))
        }
    }

    $level = if ($verbosity -eq 'detailed') { 'INFO' } else { 'DEBUG' }
    foreach ($key in 'Verbosity', 'IsWhatIfMode', 'IsNonInteractive', 'IsAutoMode', 'IsForceMode') {
        Write-LabLog "${key}: $($standard[$key])" -Level $level
    }
    $standard
}
