function Get-LabRunnerConfiguration {
    <#
    .SYNOPSIS
        Shows the settings of the module and where each comes from.
    .DESCRIPTION
        The settings are what runs use where a call and its lab do not say otherwise. Each comes from the first of these
        that has it: Set-LabRunnerConfiguration -Scope Process; the environment variable LABRUNNER_<NAME>, such as
        LABRUNNER_MAX_CONCURRENCY; ConfigurationCore, where that module is loaded and has a configuration for LabRunner;
        the user's file; the module itself.

        The user's file is labrunner/config.json below $XDG_CONFIG_HOME or ~/.config, on Windows LabRunner\config.json
        below %APPDATA%; the environment variable LABRUNNER_CONFIG names another one. A value that is not allowed is an
        error (LabRunner.InvalidConfiguration) that names the place, the setting and what it may be.
    .PARAMETER Name
        Only the settings of these names, each as an object with Value, Origin, Source, Default, Allowed and Description.
        Wildcards are allowed.
    .EXAMPLE
        Get-LabRunnerConfiguration
    .EXAMPLE
        $env:LABRUNNER_MAX_CONCURRENCY = '4'
        (Get-LabRunnerConfiguration).Origin.MaxConcurrency
        Remove-Item Env:LABRUNNER_MAX_CONCURRENCY

        Gives Environment.
    .EXAMPLE
        Get-LabRunnerConfiguration -Name *Timeout*
    .OUTPUTS
        LabRunner.LabRunnerConfiguration, or LabRunner.LabSetting with -Name.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabRunnerConfiguration.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/configuration.md
    .LINK
        Set-LabRunnerConfiguration
    .LINK
        Reset-LabRunnerConfiguration
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabRunnerConfiguration', 'LabRunner.LabSetting')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ArgumentCompleter({ [LabRunner.LabSettingCompleter]::new().Complete($args) })]
        [string[]] $Name
    )

    end { LabRunner.Commands\Get-LabRunnerConfiguration @PSBoundParameters -Caller $PSCmdlet }
}
