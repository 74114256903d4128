function Get-LabConfig {
    <#
    .SYNOPSIS
        Reads a configuration file, YAML, JSON or psd1, into objects.
    .DESCRIPTION
        Returns the whole file as it is written: keys in their order and spelling, lists as arrays, numbers as numbers,
        and text such as '4GB' as text. A mapping answers to $config.nodes as well as to $config['Nodes'], whatever the case.

        Any well-formed configuration can be read, be it a lab or not; Test-LabConfiguration tells whether it is a lab that
        can be run. A file that is not well-formed is a terminating error (LabRunner.MalformedYaml, LabRunner.MalformedJson)
        that shows file, line and column. A file that does not exist is an error too (LabRunner.FileUnreadable), which does not
        end the script: it gets $null, and goes on unless it says -ErrorAction Stop.

        A mapping is a hashtable that keeps the order of the file: it has ContainsKey and Clone, and can be splatted.

        What the file includes is put in, ${NAME} and ${NAME:-default} are replaced by environment variables, and with
        -Environment what that environment changes is merged over it: configs/environments/<env>-overrides.json in the
        file's folder or one above it, the file's own environments, and <name>.<env>.yaml or .json beside it. When nothing
        says what an environment changes, a warning says so.
    .PARAMETER Path
        The file. Aliases: ConfigPath, ConfigurationPath.
    .PARAMETER Environment
        The environment whose changes are merged over the file, such as dev, test or prod.
    .PARAMETER Explain
        Returns, in place of the values, where each of them comes from: path, value, file, line, and what it has taken the
        place of.
    .PARAMETER Raw
        The file alone and as it is written: nothing included, no environment, no variable replaced.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'nodes: [{name: WEB-01, memory: 4GB}]'
        $config = Get-LabConfig -ConfigPath ./web.yaml
        $config.nodes[0].name
        $config['Nodes'][0]['Memory']
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'settings: { timeout: 30 }', 'environments: { dev: { settings: { timeout: 5 } } }'
        Get-LabConfig -Path ./web.yaml -Environment dev -Explain

        Shows that the timeout of 5 comes from line 3, in place of the 30 of line 2.
    .EXAMPLE
        Get-LabConfig -Path ./not-there.json -ErrorAction SilentlyContinue

        Returns nothing because the file does not exist.
    .OUTPUTS
        LabRunner.LabConfigNode, which is a System.Collections.Hashtable, or LabRunner.LabConfigOrigin with -Explain.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabConfig.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/lab-files.md
    .LINK
        Test-LabConfiguration
    .LINK
        Export-LabConfig
    .LINK
        Format-Config
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabConfigNode', 'LabRunner.LabConfigOrigin')]
    param(
        [Parameter(Position = 0)]
        [Alias('ConfigPath', 'ConfigurationPath')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [Parameter(Position = 1)]
        [ArgumentCompleter({ [LabRunner.LabEnvironmentCompleter]::new().Complete($args) })]
        [string] $Environment,

        [switch] $Explain,

        [switch] $Raw
    )

    end { LabRunner.Commands\Get-LabConfig @PSBoundParameters -Caller $PSCmdlet }
}
