function Get-LabPlan {
    <#
    .SYNOPSIS
        Plans a lab, or operations, without running anything.
    .DESCRIPTION
        Checks everything that a run would check, the syntax of scripts with it, and returns the plan: the operations in
        the order they would start in, when each is expected to start and end and how much later it could, the critical
        path, the most that is in use of each resource, and what would not run and why. All that is wrong is one error,
        with line and column.

        How long an operation takes is its own estimate, else what it took in earlier runs of the lab, else the mean of what
        is known. The same selection and limits are those of Start-AdvancedLabOrchestration, whose -DryRun gives this plan as
        the ExecutionPlan of its report.
    .PARAMETER Path
        The lab files; wildcards are allowed. Aliases: ConfigurationPath, ConfigPath, FullName.
    .PARAMETER LabName
        The lab's name: its file is looked for as Start-LabAutomation does.
    .PARAMETER Operations
        Operations as Invoke-ParallelLabRunner takes them. Files and text from the pipeline are paths of labs.
    .PARAMETER Environment
        The environment whose changes are merged over the lab.
    .PARAMETER MaxConcurrency
        How many operations may run at the same time; 0, or nothing, for the lab's own setting, or the module's. Alias: MaxParallelism.
    .PARAMETER ResourceLimits
        The amounts that are available to operations, as in Start-AdvancedLabOrchestration.
    .PARAMETER OrchestrationMode
        Sequential, Parallel or Intelligent; the lab's own mode when absent.
    .PARAMETER Target
        These operations and all they depend on. Names or ids; wildcards are allowed.
    .PARAMETER Exclude
        Without these operations. Whatever needs the success of one of them will not run either.
    .PARAMETER Only
        Exactly these operations; they wait for each other only.
    .PARAMETER SkipDependencies
        The targets without what they depend on.
    .PARAMETER Strict
        Makes every unknown key an error. Without it, one that is near to a known key is an error, and others are warnings;
        keys that begin with x- are your own.
    .PARAMETER As
        Object, which is shown as a table; Table, the same as text; Mermaid, a flowchart; Json.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - { name: image, estimate: 3m, script: "1" }', '  - { name: web, estimate: 2m, dependencies: [image], script: "2" }'
        Get-LabPlan -Path ./web.yaml
        Get-LabPlan -Path ./web.yaml -Only web -As Mermaid
    .EXAMPLE
        $operations = @{ Name = 'disk'; ScriptBlock = { 'disk' } }, @{ Name = 'vm'; ScriptBlock = { 'vm' }; Dependencies = 'disk' }
        (Get-LabPlan -Operations $operations).CriticalPath
    .EXAMPLE
        @{ Name = 'disk'; ScriptBlock = { 'disk' }; Estimate = '30s' } | Get-LabPlan -MaxConcurrency 4 -As Json
    .OUTPUTS
        LabRunner.LabExecutionPlan, or text.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabPlan.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/plans.md
    .LINK
        Compare-LabPlan
    .LINK
        Test-LabConfiguration
    .LINK
        Start-AdvancedLabOrchestration
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType('LabRunner.LabExecutionPlan', [string])]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [Alias('ConfigurationPath', 'ConfigPath', 'FullName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Path,

        [Parameter(Mandatory, ParameterSetName = 'LabName')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter({ [LabRunner.LabNameCompleter]::new().Complete($args) })]
        [string] $LabName,

        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'Operations')]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object[]] $Operations,

        [ArgumentCompleter({ [LabRunner.LabEnvironmentCompleter]::new().Complete($args) })]
        [string] $Environment,

        [Alias('MaxParallelism')]
        [Nullable[int]] $MaxConcurrency,

        [hashtable] $ResourceLimits,

        [ValidateSet('Sequential', 'Parallel', 'Intelligent')]
        [string] $OrchestrationMode,

        [ArgumentCompleter({ [LabRunner.LabOperationCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $Target,

        [ArgumentCompleter({ [LabRunner.LabOperationCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $Exclude,

        [ArgumentCompleter({ [LabRunner.LabOperationCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $Only,

        [switch] $SkipDependencies,

        [switch] $Strict,

        [LabRunner.Cmdlets.LabPlanFormat] $As
    )

    begin {
        $paths = [System.Collections.Generic.List[string]]::new()
        $all = [System.Collections.Generic.List[object]]::new()
    }
    process {
        if ($Path) { $paths.AddRange($Path) }
        foreach ($item in $Operations) {
            if ($item -is [System.IO.FileInfo]) { $paths.Add($item.FullName) } elseif ($item -is [string]) { $paths.Add($item) } else { $all.Add($item) }
        }
    }
    end {
        if ($paths.Count -gt 0) {
            $PSBoundParameters['Path'] = $paths.ToArray()
            if ($all.Count -eq 0) { $null = $PSBoundParameters.Remove('Operations') }
        }
        if ($all.Count -gt 0) { $PSBoundParameters['Operations'] = $all.ToArray() }
        if ($paths.Count -gt 0 -or $PSBoundParameters.ContainsKey('Operations') -or $PSBoundParameters.ContainsKey('LabName')) {
            LabRunner.Commands\Get-LabPlan @PSBoundParameters -Caller $PSCmdlet
        }
    }
}
