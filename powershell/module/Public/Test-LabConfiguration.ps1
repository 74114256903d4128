function Test-LabConfiguration {
    <#
    .SYNOPSIS
        Checks lab configurations without running anything.
    .DESCRIPTION
        Checks a lab file as a run would: its text, its operations, the syntax of its scripts - with the line in the lab
        file - and the plan: names, dependencies, cycles.

        Returns one object for each file, with Valid (and Success, which is the same), Errors and Warnings, each with its
        id, message, line, column and advice. As an operation of Invoke-ParallelLabRunner it fails that operation when the
        configuration is not valid. The object itself is always true in a condition: use its Valid, or -Quiet.

        For builds: -Format writes the findings of all files as one text, and then, if one of them is not valid, the error
        LabRunner.InvalidLab. So $? is $false, and pwsh -Command 'Test-LabConfiguration ./labs/*.yaml -Format GitHub' ends with
        exit code 1. In a script: if (-not (Test-LabConfiguration ./labs/*.yaml -Quiet)) { exit 1 }.
    .PARAMETER Path
        The lab files; wildcards are allowed. Aliases: ConfigPath, ConfigurationPath, FullName.
    .PARAMETER Configuration
        A configuration as a dictionary or an object with Operations.
    .PARAMETER Environment
        The environment whose changes are merged over the lab file.
    .PARAMETER Format
        Text, as compilers write theirs; Json, an array with one object a file; GitHub, workflow commands that show up as
        annotations; Sarif, SARIF 2.1.0 for code scanning.
    .PARAMETER PassThru
        With -Format, shows the text and returns the objects.
    .PARAMETER Strict
        Makes every unknown key an error. Without it, one that is near to a known key is an error, and others are warnings;
        keys that begin with x- are your own.
    .PARAMETER Quiet
        Returns only $true, when all of it is valid, or $false.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        Test-LabConfiguration -Path ./web.yaml
    .EXAMPLE
        if (-not (Test-LabConfiguration -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { 1 }; Dependencies = 'b' } } -Quiet)) {
            'The operation b does not exist.'
        }
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        Get-ChildItem ./*.yaml | Test-LabConfiguration -Format GitHub
    .OUTPUTS
        LabRunner.LabConfigurationTest, System.Boolean with -Quiet, or text with -Format.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Test-LabConfiguration.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/lab-files.md
    .LINK
        Get-LabPlan
    .LINK
        Get-LabConfig
    .LINK
        Start-AdvancedLabOrchestration
    .LINK
        about_LabRunner
    .LINK
        about_LabRunner_Security
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType('LabRunner.LabConfigurationTest', [bool], [string])]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Path')]
        [Alias('ConfigPath', 'ConfigurationPath', 'FullName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Path,

        [Parameter(Mandatory, ParameterSetName = 'Configuration')]
        [ValidateNotNull()]
        [object] $Configuration,

        [Parameter(ParameterSetName = 'Path')]
        [ArgumentCompleter({ [LabRunner.LabEnvironmentCompleter]::new().Complete($args) })]
        [string] $Environment,

        [ValidateSet('Text', 'Json', 'GitHub', 'Sarif')]
        [string] $Format,

        [switch] $PassThru,

        [switch] $Strict,

        [switch] $Quiet
    )

    begin { $all = [System.Collections.Generic.List[string]]::new() }
    process { if ($Path) { $all.AddRange($Path) } }
    end {
        if ($all.Count -gt 0) {
            $PSBoundParameters['Path'] = $all.ToArray()
        } elseif (-not $PSBoundParameters.ContainsKey('Configuration')) {
            return
        }
        LabRunner.Commands\Test-LabConfiguration @PSBoundParameters -Caller $PSCmdlet
    }
}
