function Start-AdvancedLabOrchestration {
    <#
    .SYNOPSIS
        Runs a lab file: its operations as one graph, with its settings, and returns a report.
    .DESCRIPTION
        Reads a lab file in YAML or JSON, checks it as a whole - all that is wrong is one error, with line and column - and
        runs its operations: PowerShell scripts in runspaces, programs and services by the core. The parameters given here
        come before the settings of the file.

        The report has Summary, Results, Metrics, Health, ExecutionPlan, ValidationResults, Recommendations and Error. With
        -DryRun nothing is started, and ExecutionPlan says what would be.
    .PARAMETER ConfigurationPath
        The lab file.
    .PARAMETER OrchestrationMode
        Sequential: one after another, as declared. Parallel: by priority. Intelligent: by priority, then by the longest
        remaining path. Custom: by the order that the file names. Without it, the file's own mode, or Intelligent.
    .PARAMETER MaxConcurrency
        How many operations may run at the same time; 0, or nothing, for the file's own setting, or one a processor.
    .PARAMETER ResourceLimits
        Limits for memory, processor and network together: MaxMemoryGB, MaxCPUPercent, MaxNetworkMbps. Not available yet:
        a limit is refused rather than ignored.
    .PARAMETER FailureStrategy
        What the failure of one operation means. Stop starts nothing more; Continue goes on with whatever does not depend
        on it. Retry and Rollback are not available yet and are refused.
    .PARAMETER HealthMonitoring
        Watches the health of the lab while it is deployed. Not available yet: a warning says so.
    .PARAMETER PerformanceAnalytics
        Adds recommendations from what was measured. Not available yet: a warning says so.
    .PARAMETER ShowProgress
        Shows how far the run is.
    .PARAMETER ProgressStyle
        How: Bar, Spinner, Percentage or Detailed.
    .PARAMETER DryRun
        Plans and checks only; nothing is started.
    .PARAMETER CustomProviders
        Modules that bring providers of their own. Not available yet: they are refused.
    .PARAMETER ThrowOnFailure
        Ends with one terminating error that carries all results if an operation did not succeed.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        (Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -OrchestrationMode Intelligent).Results
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        (Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -DryRun).ExecutionPlan.Operations

        Shows what would be run, and starts nothing.
    .OUTPUTS
        LabRunner.LabOrchestrationReport
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabOrchestrationReport')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('ConfigPath', 'Path')]
        [string] $ConfigurationPath,

        [ValidateSet('Sequential', 'Parallel', 'Intelligent', 'Custom')]
        [string] $OrchestrationMode,

        [Nullable[int]] $MaxConcurrency,

        [hashtable] $ResourceLimits,

        [ValidateSet('Stop', 'Continue', 'Retry', 'Rollback')]
        [string] $FailureStrategy,

        [switch] $HealthMonitoring,

        [switch] $PerformanceAnalytics,

        [switch] $ShowProgress,

        [LabRunner.LabProgressStyle] $ProgressStyle,

        [switch] $DryRun,

        [AllowEmptyCollection()]
        [string[]] $CustomProviders,

        [switch] $ThrowOnFailure
    )

    end { LabRunner.Commands\Start-AdvancedLabOrchestration @PSBoundParameters -Caller $PSCmdlet }
}
Export-ModuleMember -Function Start-AdvancedLabOrchestration
