function Export-LabConfig {
    <#
    .SYNOPSIS
        Writes configuration as YAML or JSON.
    .DESCRIPTION
        A configuration object - what Get-LabConfig gave, a table or an object - is written with its keys in their order.
        A file (-Source; YAML, JSON or psd1) is written as it is, with its order, spelling and digits, and with its comments
        where YAML becomes YAML: nothing is included, merged or filled in.

        What is written reads back as the same configuration. A file is replaced as a whole, and only with -Force.
    .PARAMETER InputObject
        The configuration.
    .PARAMETER Source
        A configuration file.
    .PARAMETER Path
        The file to write. Without it the text is returned.
    .PARAMETER Format
        Yaml or Json; that of the file's extension when absent, else Yaml.
    .PARAMETER Force
        Writes over a file that is there.
    .EXAMPLE
        @{ name = 'Web'; nodes = @(@{ name = 'WEB-01' }) } | Export-LabConfig -Format Yaml
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web # the public one', 'nodes: [{name: WEB-01}]'
        Export-LabConfig -Source ./web.yaml -Path ./web.json
        Get-LabConfig -Path ./web.yaml | Export-LabConfig -Path ./copy.yaml
    .OUTPUTS
        None, or text without -Path.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Export-LabConfig.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/lab-files.md
    .LINK
        Get-LabConfig
    .LINK
        New-LabConfiguration
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'InputObject')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'InputObject')]
        [ValidateNotNull()]
        [object] $InputObject,

        [Parameter(Mandatory, ParameterSetName = 'Source')]
        [ValidateNotNullOrEmpty()]
        [string] $Source,

        [Parameter(Position = 0)]
        [string] $Path,

        [LabRunner.Cmdlets.LabConfigFormat] $Format,

        [switch] $Force
    )

    end { LabRunner.Commands\Export-LabConfig @PSBoundParameters -Caller $PSCmdlet }
}
