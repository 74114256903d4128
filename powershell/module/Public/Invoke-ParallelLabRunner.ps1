function Invoke-ParallelLabRunner {
    <#
    .SYNOPSIS
        Runs operations in parallel, as their dependencies allow, and gives one result for each.
    .DESCRIPTION
        Operations are dictionaries or objects with a Name and something to run: ScriptBlock, Script, Path or Command.
        They may have Parameters, Dependencies (names of operations that must succeed first), Priority (1 first, 10 last),
        Timeout (minutes, or a text such as '30s') and Type.

        What they need and how they are tried: Resources (MemoryGB, CPUPercent, NetworkMbps, DiskMbps), Pool, Lock, RetryCount,
        RetryDelay (seconds), Retry, Trigger (AllSucceeded, AllDone, AnyFailed, Always), Critical, Estimate, TotalTimeout,
        WeakDependencies, and Rollback: what undoes the operation once it has succeeded.

        All of them are checked together before anything starts: an unknown dependency, a cycle, a duplicate name or a
        script that cannot be read is one error that names the culprit.

        A failed operation is a result, not an error of the command: its Success is $false and its Error says why. What
        depends on it is skipped; without -ContinueOnError nothing more is started. Script blocks run in runspaces of their
        own and get values of the caller with $using:.

        With -Scripts, or a configuration and nothing else, the scripts of existing callers are run: all of them are tried,
        for 30 minutes each unless -TimeoutMinutes says otherwise, and one hashtable is returned: TotalScripts,
        CompletedScripts (also CompletedSuccessfully), FailedScripts (also Failed), Success, TotalDuration and AverageDuration
        in seconds, and Results with Name, Script, State (Completed or Failed), Success, Result, Error, Duration, StartTime
        and EndTime. A script that does not exist or cannot be read has failed; it is not an error of the command.
    .PARAMETER Operations
        The operations.
    .PARAMETER Scripts
        Scripts: paths, names of commands, script blocks, or items with Name, Path and Config, and whatever else an operation
        may have. Without any, the configuration says what is to be done: its operations or, where it has none, its sections
        infrastructure, vms, applications and network with the commands Deploy-Infrastructure, Deploy-VM, Deploy-Application
        and Deploy-Network; without these one entry, Default-Lab-Deployment, with the command Deploy-Lab.
    .PARAMETER Config
        The configuration, as an object, a dictionary or the path of a file. A script gets it as -Config if it has that
        parameter; the Config of an item comes first. Alias: ConfigPath.
    .PARAMETER SafeMode
        Runs no script file side by side with itself: in this run it waits, and when another process is running it, it fails
        and says so. The lock ends with its process, however that ends.
    .PARAMETER MaxConcurrency
        How many may run at the same time; 0, or nothing, for one a processor. Aliases: MaxParallelism, ThrottleLimit.
    .PARAMETER Throttle
        A lower limit than MaxConcurrency, when one is needed for the moment.
    .PARAMETER ShowProgress
        Shows how far the run is.
    .PARAMETER ProgressStyle
        How: Bar, Spinner, Percentage or Detailed.
    .PARAMETER Verbosity
        How much the call and its operations say: detailed as with -Verbose; normal; silent without progress and information
        messages. Common parameters that are given, such as -Verbose and -InformationAction, come first.
    .PARAMETER LogLevel
        The least important messages that the call and its operations write: DEBUG and TRACE as with -Verbose and -Debug,
        VERBOSE as with -Verbose, INFO as without it, WARN without information messages, ERROR without warnings, too.
    .PARAMETER NonInteractive
        Asks nothing and shows no progress. With -ShowProgress, progress is lines of text, as in a log.
    .PARAMETER TimeoutMinutes
        The limit of an operation that has none of its own; 0 for none. Alias: Timeout.
    .PARAMETER RunTimeoutMinutes
        The limit of the whole run; 0 for none.
    .PARAMETER ContinueOnError
        Goes on with whatever does not depend on a failed operation. With $false a failure stops the run, whatever the module's settings say.
    .PARAMETER FailureStrategy
        What the failure of an operation means. Stop starts nothing more. Continue goes on with whatever does not depend on
        it. Retry tries it again, three times with growing pauses unless it or -RetryCount says otherwise, and then does as
        Stop. Rollback does as Stop, and then undoes what had succeeded, in reverse order of the dependencies, with the Rollback
        of each operation; the results say in RolledBack what became of that.
    .PARAMETER CancelRunning
        Stops what runs when a failure stops the run; without it, what runs may end.
    .PARAMETER RetryCount
        How often a failed operation that has no policy of its own is tried again.
    .PARAMETER RetryDelaySeconds
        The pause before that, in seconds.
    .PARAMETER ResourceLimits
        The amounts that are available to operations: MaxMemoryGB, MaxCPUPercent, MaxNetworkMbps, MaxDiskMbps, and
        Pools = @{ name = units }. While the machine itself is over its limit of memory or processor, nothing more is
        started beside what runs.
    .PARAMETER OrchestrationMode
        Sequential: one after another, as declared. Parallel: by priority. Intelligent, which is the default: by priority,
        then by the longest remaining path. Custom: by -Order.
    .PARAMETER Order
        The order for the mode Custom: names or ids, the first one first; what is not on it comes last. Or a script block that gets
        each planned operation as $_ (Name, Id, Type, Priority, Dependencies, Level, Estimate, Start, Slack, Critical, Work, Timeout) and gives what to sort
        by, the smallest first: -Order { $_.Estimate }. Several values sort by the first, then by the second. It runs here, once an
        operation, before anything starts.
    .PARAMETER Strict
        Makes every unknown key an error. Without it, one that is near to a known key is an error, and others are warnings;
        keys that begin with x- are your own.
    .PARAMETER DryRun
        Checks and plans only, and returns the plan (see Get-LabPlan).
    .PARAMETER Ordered
        Gives the results in the order in which the operations were declared; without it, as they end.
    .PARAMETER OutputMode
        When warnings, errors, host output and the like are shown. Live, which is the default: while operations run, each line
        with the name of its operation. Grouped: when an operation has ended, all of it in one piece.
    .PARAMETER Background
        Returns a job at once, for Wait-Job, Receive-Job and Stop-Job. Each operation is a child job of it, whose output is
        received while it runs, and its result last. Alias: AsJob.
    .PARAMETER Isolation
        How far operations are kept apart that have no Isolation of their own. Shared, which is the default: in warm
        runspaces, and what an operation changes in its session is undone before the next one. Runspace: in a runspace of its
        own. Process: in a PowerShell of its own; what is handed over and what comes back are copies then.
    .PARAMETER HealthMonitoring
        Watches memory, disk and the progress of the run, and every service by its readiness probe; see docs/health.md. Checks that
        operations declare are made without it too.
    .PARAMETER NoOutput
        Keeps no output on the results.
    .PARAMETER KeepRecords
        How many records of an operation are kept on its result; the first and the last ones, when there are more.
    .PARAMETER RunDirectory
        The folder for the run's files; below LABRUNNER_HOME when left out. Alias: JournalPath.
    .PARAMETER RunName
        The run's name, in the progress, the job and the record. A run with a name is recorded from its start, one without
        once it has lasted a second or something has failed (see Get-LabRun).
    .PARAMETER RunAll
        Runs everything: neither files nor tests decide whether an operation is up to date.
    .PARAMETER NoRecord
        Leaves no record, whatever the settings say.
    .PARAMETER RecordOutput
        Keeps what operations put out in the record of a run without a name, too.
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
        $operations = @(
            @{ Name = 'Deploy-Database'; ScriptBlock = { param($Server) "database on $Server" }; Parameters = @{ Server = 'SQL-01' } }
            @{ Name = 'Deploy-WebServer'; ScriptBlock = { 'web server' }; Dependencies = @('Deploy-Database') }
        )
        Invoke-ParallelLabRunner -Operations $operations -MaxParallelism 4 -TimeoutMinutes 30
    .EXAMPLE
        1..3 | ForEach-Object { @{ Name = "Node-$_"; ScriptBlock = { param($Id) "node $Id is ready" }; Parameters = @{ Id = $_ } } } |
            Invoke-ParallelLabRunner | ForEach-Object Result

        Makes an operation for each node, runs them together and shows what they returned.
    .EXAMPLE
        $operations = @(
            @{ Name = 'disk'; ScriptBlock = { param($Size) "disk of $Size" }; Parameters = @{ Size = '4GB' }; Rollback = { param($Size) "no disk of $Size" } }
            @{ Name = 'image'; ScriptBlock = { 'image' }; Dependencies = 'disk'; Resources = @{ MemoryGB = 2 }; RetryCount = 2; RetryDelay = 1 }
            @{ Name = 'index'; ScriptBlock = { 'index' }; Lock = 'database'; Pool = 'downloads' }
        )
        Invoke-ParallelLabRunner -Operations $operations -FailureStrategy Rollback -ResourceLimits @{ MaxMemoryGB = 8; Pools = @{ downloads = 2 } }

        Runs operations that book memory, hold a lock, share a pool and are tried again; if one fails, the disk is undone.
    .EXAMPLE
        $operations = 'web', 'database', 'index' | ForEach-Object { @{ Name = $_; Parameters = @{ Name = $_ }; ScriptBlock = { param($Name) "$Name is up" } } }
        Invoke-ParallelLabRunner -Operations $operations -MaxConcurrency 1 -Order { $_.Name -ne 'database'; $_.Name }

        Starts the database first and the others by name.
    .EXAMPLE
        $ciConfig = @{ Verbosity = 'silent'; NonInteractive = $true; ShowProgress = $false; Timeout = 30 }
        Invoke-ParallelLabRunner -Operations @{ Name = 'web'; ScriptBlock = { 'web is up' } } @ciConfig

        Runs with the settings of a place, here of a build system: each operation within 30 minutes, and nothing but results.
    .EXAMPLE
        Set-Content -Path ./Deploy-Web.ps1 -Value 'param($Config) "deployed $($Config.Name)"'
        $result = Invoke-ParallelLabRunner -Scripts './Deploy-Web.ps1', @{ Name = 'Second'; Path = './Deploy-Web.ps1'; Config = @{ Name = 'WEB-02' } } -Config @{ Name = 'WEB-01' }
        $result.CompletedScripts
        $result.Results.Result
    .OUTPUTS
        LabRunner.LabOperationResult; a hashtable for scripts; a job with -Background.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-ParallelLabRunner.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/operations.md
    .LINK
        New-LabOperation
    .LINK
        Get-LabPlan
    .LINK
        Get-LabRun
    .LINK
        Resume-LabRun
    .LINK
        about_LabRunner_Operations
    .LINK
        about_LabRunner_Failures
    .LINK
        about_LabRunner_Isolation
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Operations')]
    [OutputType('LabRunner.LabOperationResult', 'LabRunner.LabRunJob', [hashtable])]
    param(
        [Parameter(ParameterSetName = 'Operations', Position = 0, ValueFromPipeline)]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object[]] $Operations,

        [Parameter(ParameterSetName = 'Scripts')]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object[]] $Scripts,

        [Parameter(ParameterSetName = 'Scripts')]
        [Alias('ConfigPath')]
        [AllowNull()]
        [object] $Config,

        [Parameter(ParameterSetName = 'Scripts')]
        [switch] $SafeMode,

        [Alias('MaxParallelism', 'ThrottleLimit')]
        [Nullable[int]] $MaxConcurrency,

        [Nullable[int]] $Throttle,

        [switch] $ShowProgress,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $ProgressStyle,

        [ValidateSet('silent', 'normal', 'detailed')]
        [string] $Verbosity,

        [ValidateSet('ERROR', 'WARN', 'WARNING', 'INFO', 'DEBUG', 'TRACE', 'VERBOSE')]
        [string] $LogLevel,

        [switch] $NonInteractive,

        [ValidateRange(0, [double]::MaxValue)]
        [Alias('Timeout')]
        [double] $TimeoutMinutes,

        [ValidateRange(0, [double]::MaxValue)]
        [double] $RunTimeoutMinutes,

        [switch] $ContinueOnError,

        [ValidateSet('Stop', 'Continue', 'Retry', 'Rollback')]
        [string] $FailureStrategy,

        [switch] $CancelRunning,

        [ValidateRange(0, 1000)]
        [int] $RetryCount,

        [ValidateRange(0, 86400)]
        [double] $RetryDelaySeconds,

        [hashtable] $ResourceLimits,

        [ValidateSet('Sequential', 'Parallel', 'Intelligent', 'Custom')]
        [string] $OrchestrationMode,

        [AllowEmptyCollection()]
        [ArgumentCompleter({ [LabRunner.SessionOperationCompleter]::new().Complete($args) })]
        [object[]] $Order,

        [switch] $Strict,

        [switch] $DryRun,

        [switch] $Ordered,

        [ValidateSet('Live', 'Grouped')]
        [string] $OutputMode,

        [Alias('AsJob')]
        [switch] $Background,

        [ValidateSet('Shared', 'Runspace', 'Process')]
        [string] $Isolation,

        [switch] $HealthMonitoring,

        [switch] $NoOutput,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $KeepRecords,

        [Alias('JournalPath')]
        [string] $RunDirectory,

        [ArgumentCompleter({ [LabRunner.LabRunNameCompleter]::new().Complete($args) })]
        [string] $RunName,

        [switch] $RunAll,

        [switch] $NoRecord,

        [switch] $RecordOutput,

        [ArgumentCompleter({ [LabRunner.SessionVariableCompleter]::new().Complete($args) })]
        [object] $Variables,

        [ArgumentCompleter({ [LabRunner.SessionFunctionCompleter]::new().Complete($args) })]
        [string[]] $Functions,

        [ArgumentCompleter({ [LabRunner.SessionModuleCompleter]::new().Complete($args) })]
        [object[]] $Modules,

        [scriptblock] $InitializationScript,

        [AllowEmptyCollection()]
        [string[]] $Report,

        [switch] $ThrowOnFailure
    )

    begin { $all = [System.Collections.Generic.List[object]]::new() }
    process { if ($null -ne $Operations) { $all.AddRange($Operations) } }
    end {
        if ($Config -is [string] -or $Verbosity -or $LogLevel -or $PSBoundParameters.ContainsKey('NonInteractive')) {
            . Set-RunPreference $PSBoundParameters
            if ($Config -is [string]) {
                $file = Resolve-LabFilePath -Caller $PSCmdlet -Path $Config
                if (-not [System.IO.File]::Exists($file)) {
                    $PSCmdlet.ThrowTerminatingError((New-LabError -Id FileUnreadable -Message "The configuration '$file' does not exist." -Advice 'Check the path; relative ones begin at the current location.' -Target $file -Category ObjectNotFound))
                }
                $PSBoundParameters['Config'] = LabRunner.Commands\Get-LabConfig -Path $file -Caller $PSCmdlet
            }
        }
        # An empty pipeline means zero operations, not missing parameters.
        if ($PSBoundParameters.ContainsKey('Operations') -or ($PSCmdlet.MyInvocation.ExpectingInput -and -not $PSBoundParameters.ContainsKey('Scripts') -and -not $PSBoundParameters.ContainsKey('Config'))) {
            $PSBoundParameters['Operations'] = $all.ToArray()
        }
        LabRunner.Commands\Invoke-ParallelLabRunner @PSBoundParameters -Caller $PSCmdlet
    }
}
