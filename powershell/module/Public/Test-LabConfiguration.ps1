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
    .PARAMETER Path
        The lab files; wildcards are allowed.
    .PARAMETER Configuration
        A configuration as a dictionary or an object with Operations.
    .PARAMETER Quiet
        Returns only $true or $false.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        Test-LabConfiguration -Path ./web.yaml
    .EXAMPLE
        if (-not (Test-LabConfiguration -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { 1 }; Dependencies = 'b' } } -Quiet)) {
            'There is no operation b.'
        }
    .OUTPUTS
        LabRunner.LabConfigurationTest, or System.Boolean with -Quiet.
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType('LabRunner.LabConfigurationTest', [bool])]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Path')]
        [Alias('ConfigPath', 'ConfigurationPath', 'FullName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Path,

        [Parameter(Mandatory, ParameterSetName = 'Configuration')]
        [ValidateNotNull()]
        [object] $Configuration,

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
Export-ModuleMember -Function Test-LabConfiguration
