function Get-LabConfig {
    <#
    .SYNOPSIS
        Reads a configuration file, YAML or JSON, into objects.
    .DESCRIPTION
        Returns the whole file as it is written: keys in their order and spelling, lists as arrays, numbers as numbers,
        and text such as '4GB' as text. A mapping answers to $config.nodes as well as to $config['Nodes'], whatever the case.

        Any well-formed configuration can be read, be it a lab or not; Test-LabConfiguration tells whether it is a lab that
        can be run. A file that is not well-formed is a terminating error (LabRunner.MalformedYaml, LabRunner.MalformedJson)
        that shows file, line and column. A file that does not exist is a warning, and $null.

        Overlays for environments are not available yet: when -Environment is not the environment the file itself is for,
        a warning says so and the file is returned as it is written.
    .PARAMETER Path
        The file.
    .PARAMETER Environment
        The environment the configuration is wanted for, such as dev, test or prod.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'nodes: [{name: WEB-01, memory: 4GB}]'
        $config = Get-LabConfig -ConfigPath ./web.yaml
        $config.nodes[0].name
        $config['Nodes'][0]['Memory']
    .EXAMPLE
        Get-LabConfig -Path ./not-there.json -WarningAction SilentlyContinue

        Gives nothing, for there is no such file.
    .OUTPUTS
        LabRunner.LabConfigNode
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabConfigNode')]
    param(
        [Parameter(Position = 0)]
        [Alias('ConfigPath', 'ConfigurationPath')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [Parameter(Position = 1)]
        [string] $Environment
    )

    end { LabRunner.Commands\Get-LabConfig @PSBoundParameters -Caller $PSCmdlet }
}
Export-ModuleMember -Function Get-LabConfig
