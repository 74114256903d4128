function Start-AdvancedLabOrchestration {
    <#
    .SYNOPSIS
        Runs a lab file: its operations as one graph, with its settings, and returns a report.
    .DESCRIPTION
        Reads a lab file in YAML, JSON or psd1, checks it as a whole, and runs its operations: PowerShell scripts in runspaces,
        programs and services by the core. The parameters given here come before the settings of the file.

        A lab that does not exist or cannot be run is one error with all that is wrong, each with line and column, and a report
        with Summary.Success $false and Summary.Status Invalid. With -ErrorAction Stop the error ends the script.

        The report has Summary, Results, Metrics, Health, ExecutionPlan, ValidationResults, Rollback, Recommendations and Error. With
        -DryRun nothing is started, and ExecutionPlan says what would be.
    .PARAMETER ConfigurationPath
        The lab file. From the pipeline, such as Get-ChildItem ./labs/*.yaml, one lab after another.
        Aliases: ConfigPath, Path, FullName.
    .PARAMETER OrchestrationMode
        Sequential: one after another, as declared. Parallel: by priority. Intelligent: by priority, then by the longest
        remaining path. Custom: by -Order, or the order that the file names. Without it, the file's own mode, or Intelligent.
    .PARAMETER Order
        The order for the mode Custom: names or ids, the first one first; what is not on it comes last. Or a script block that gets
        each planned operation as $_ (Name, Id, Type, Priority, Dependencies, Level, Estimate, Start, Slack, Critical, Work, Timeout) and gives what to sort
        by, the smallest first: -Order { $_.Estimate }. Several values sort by the first, then by the second. It runs here, once an
        operation, before anything starts.
    .PARAMETER MaxConcurrency
        How many operations may run at the same time; 0, or nothing, for the file's own setting, or one a processor. Alias: MaxParallelism.
    .PARAMETER ResourceLimits
        The amounts that are available to operations: MaxMemoryGB, MaxCPUPercent, MaxNetworkMbps, MaxDiskMbps, and
        Pools = @{ name = units }. Each comes before the file's own limit. While the machine itself is over its limit of
        memory or processor, nothing more is started beside what runs.
    .PARAMETER FailureStrategy
        What the failure of an operation means. Stop starts nothing more. Continue goes on with whatever does not depend on
        it. Retry tries it again, three times with growing pauses unless it or the file says otherwise, and then does as Stop.
        Rollback does as Stop, and then undoes what had succeeded, in reverse order of the dependencies, with the rollback of
        each operation; the report's Rollback says what became of that.
    .PARAMETER CancelRunning
        Stops what runs when a failure stops the run; without it, what runs may end.
    .PARAMETER Verbosity
        How much the call and its operations say: detailed as with -Verbose; normal; silent without progress and information
        messages. Common parameters that are given, such as -Verbose and -InformationAction, come first.
    .PARAMETER LogLevel
        The least important messages that the call and its operations write: DEBUG and TRACE as with -Verbose and -Debug,
        VERBOSE as with -Verbose, INFO as without it, WARN without information messages, ERROR without warnings, too.
    .PARAMETER NonInteractive
        Asks nothing and shows no progress. With -ShowProgress, progress is lines of text, as in a log.
    .PARAMETER TimeoutMinutes
        The limit of an operation that has none of its own, in place of the lab's setting; 0 for none. Alias: Timeout.
    .PARAMETER ContinueOnError
        The same as -FailureStrategy Continue. With $false a failure stops the run: a lab whose own strategy is Continue is run with
        Stop, and one whose strategy is Retry or Rollback keeps it.
    .PARAMETER RunTimeoutMinutes
        The limit of the whole run; 0, or nothing, for the file's own setting.
    .PARAMETER Isolation
        How far scripts are kept apart that have no isolation of their own: Shared, which is the default, in warm runspaces
        whose session is reset after each operation; Runspace in a runspace of their own; Process in a PowerShell of their own.
    .PARAMETER HealthMonitoring
        Watches memory, disk and the progress of the run, and every service by its readiness probe; see docs/health.md. Checks that
        operations declare are made without it too.
    .PARAMETER PerformanceAnalytics
        Says at the end how well the run went, and what would have made it shorter; the report has it as Performance. Get-LabPerformance -RunId says it later.
    .PARAMETER Environment
        The environment whose changes are merged over the lab.
    .PARAMETER Target
        Runs these operations and all they depend on. Names or ids; wildcards are allowed.
    .PARAMETER Exclude
        Leaves these operations out. Whatever needs the success of one of them is skipped.
    .PARAMETER Only
        Runs exactly these operations; they wait for each other only.
    .PARAMETER SkipDependencies
        Runs the targets without what they depend on.
    .PARAMETER OutputMode
        When warnings, errors, host output and the like are shown. Live, which is the default: while operations run, each line
        with the name of its operation. Grouped: when an operation has ended, all of it in one piece.
    .PARAMETER RunAll
        Runs everything: neither files nor tests decide whether an operation is up to date.
    .PARAMETER NoRecord
        Leaves no record, whatever the settings say (see Get-LabRun).
    .PARAMETER ShowProgress
        Shows how far the run is.
    .PARAMETER ProgressStyle
        How: Bar, Spinner, Percentage or Detailed.
    .PARAMETER Strict
        Makes every unknown key an error. Without it, one that is near to a known key is an error, and others are warnings;
        keys that begin with x- are your own.
    .PARAMETER Wait
        Waits while another run of the same lab is under way, and starts then. Without -Wait and -Force there is a warning, or
        an error when the lab's settings have single: true.
    .PARAMETER Force
        Starts the lab beside another run of it, whatever its settings say.
    .PARAMETER DryRun
        Plans and checks only; nothing is started.
    .PARAMETER Background
        Returns a job at once, for Wait-Job, Receive-Job and Stop-Job. Each operation is a child job of it, with what that writes;
        the report is the job's own output. The job has failed when the lab did not succeed as a whole. Alias: AsJob.
    .PARAMETER CustomProviders
        Modules that bring providers of their own. Not available yet: they are refused.
    .PARAMETER Variables
        Variables that operations find beside their own: names of the caller's, or @{ Name = value }.
    .PARAMETER Functions
        Functions of the caller that operations may call; wildcards are allowed. Those of a module come with -Modules.
    .PARAMETER Modules
        Modules to import before the first operation runs in a runspace: names, paths, or what Get-Module gives.
    .PARAMETER InitializationScript
        What to run before the first operation runs in a runspace; what it sets, all operations find.
    .PARAMETER Report
        Writes reports of the run when it ends, and says where: files, whose endings decide the format as with Export-LabRunReport (.html, .md, .xml for JUnit …), or folders for a
        page with the run's name and id. Files that are there are replaced. The setting ReportPath when left out; @() for none.
    .PARAMETER ThrowOnFailure
        Ends with one terminating error that carries all results if an operation did not succeed.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        (Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -OrchestrationMode Intelligent).Results
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        (Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -DryRun).ExecutionPlan.Operations

        Shows what would be run, and starts nothing.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -FailureStrategy Rollback -ResourceLimits @{ MaxMemoryGB = 8 } -RunTimeoutMinutes 30
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        $job = Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -AsJob
        $report = $job | Wait-Job | Receive-Job | Select-Object -Last 1
        $report.Results.Output

        Runs the lab in the background; $job.ChildJobs tells how far it is.
    .OUTPUTS
        LabRunner.LabOrchestrationReport; a job with -Background.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Start-AdvancedLabOrchestration.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/results.md
    .LINK
        Test-LabConfiguration
    .LINK
        Get-LabPlan
    .LINK
        Start-LabAutomation
    .LINK
        Export-LabRunReport
    .LINK
        Resume-LabRun
    .LINK
        about_LabRunner_Failures
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabOrchestrationReport', 'LabRunner.LabRunJob')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('ConfigPath', 'Path', 'FullName')]
        [string] $ConfigurationPath,

        [ValidateSet('Sequential', 'Parallel', 'Intelligent', 'Custom')]
        [string] $OrchestrationMode,

        [AllowEmptyCollection()]
        [ArgumentCompleter({ [LabRunner.LabOperationCompleter]::new().Complete($args) })]
        [object[]] $Order,

        [Alias('MaxParallelism')]
        [Nullable[int]] $MaxConcurrency,

        [hashtable] $ResourceLimits,

        [ValidateSet('Stop', 'Continue', 'Retry', 'Rollback')]
        [string] $FailureStrategy,

        [switch] $CancelRunning,

        [ValidateRange(0, [double]::MaxValue)]
        [double] $RunTimeoutMinutes,

        [ValidateSet('Shared', 'Runspace', 'Process')]
        [string] $Isolation,

        [switch] $HealthMonitoring,

        [switch] $PerformanceAnalytics,

        [ArgumentCompleter({ [LabRunner.LabEnvironmentCompleter]::new().Complete($args) })]
        [string] $Environment,

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
        [ValidateSet('Live', 'Grouped')]
        [string] $OutputMode,

        [switch] $RunAll,

        [switch] $NoRecord,

        [switch] $ShowProgress,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $ProgressStyle,

        [ValidateSet('silent', 'normal', 'detailed')]
        [string] $Verbosity,

        [ValidateSet('ERROR', 'WARN', 'WARNING', 'INFO', 'DEBUG', 'TRACE', 'VERBOSE')]
        [string] $LogLevel,

        [switch] $NonInteractive,

        [Alias('Timeout')]
        [ValidateRange(0, [double]::MaxValue)]
        [double] $TimeoutMinutes,

        [switch] $ContinueOnError,

        [switch] $Strict,

        [switch] $DryRun,

        [Alias('AsJob')]
        [switch] $Background,

        [AllowEmptyCollection()]
        [string[]] $CustomProviders,

        [ArgumentCompleter({ [LabRunner.SessionVariableCompleter]::new().Complete($args) })]
        [object] $Variables,

        [ArgumentCompleter({ [LabRunner.SessionFunctionCompleter]::new().Complete($args) })]
        [string[]] $Functions,

        [ArgumentCompleter({ [LabRunner.SessionModuleCompleter]::new().Complete($args) })]
        [object[]] $Modules,

        [scriptblock] $InitializationScript,

        [AllowEmptyCollection()]
        [string[]] $Report,

        [switch] $ThrowOnFailure,

        [switch] $Wait,

        [switch] $Force
    )

    process {
        $PSBoundParameters['ConfigurationPath'] = $ConfigurationPath
        if ($Verbosity -or $LogLevel -or $PSBoundParameters.ContainsKey('NonInteractive')) {
            . Set-RunPreference $PSBoundParameters
        }
        LabRunner.Commands\Start-AdvancedLabOrchestration @PSBoundParameters -Caller $PSCmdlet
    }
}
