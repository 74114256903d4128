function Reset-LabRunnerConfiguration {
    <#
    .SYNOPSIS
        Resets settings to their inherited or default values.
    .DESCRIPTION
        A setting that was taken back is what the next source says: the environment, ConfigurationCore, the user's file or
        the module itself (see Get-LabRunnerConfiguration).
    .PARAMETER Name
        The settings; all of them when absent. Wildcards are allowed.
    .PARAMETER Scope
        User, the default, takes them out of the user's file; Process out of this process.
    .PARAMETER PassThru
        Returns the configuration as it is then.
    .EXAMPLE
        Set-LabRunnerConfiguration -MaxConcurrency 4 -Scope Process
        Reset-LabRunnerConfiguration -Name MaxConcurrency -Scope Process
    .EXAMPLE
        Reset-LabRunnerConfiguration -WhatIf
    .OUTPUTS
        None, or LabRunner.LabRunnerConfiguration with -PassThru.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Reset-LabRunnerConfiguration.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/configuration.md
    .LINK
        Get-LabRunnerConfiguration
    .LINK
        Set-LabRunnerConfiguration
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabRunnerConfiguration')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ArgumentCompleter({ [LabRunner.LabSettingCompleter]::new().Complete($args) })]
        [string[]] $Name,

        [LabRunner.Cmdlets.LabSettingScope] $Scope,

        [switch] $PassThru
    )

    end { LabRunner.Commands\Reset-LabRunnerConfiguration @PSBoundParameters -Caller $PSCmdlet }
}
