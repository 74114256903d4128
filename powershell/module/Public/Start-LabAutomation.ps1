function Start-LabAutomation {
    <#
    .SYNOPSIS
        Deploys a lab: by its name, from its file, or from a configuration object.
    .DESCRIPTION
        With -LabName alone the lab's file is looked for: <name>.yaml, .yml, .json or .psd1 in the current folder, then in
        ./labs, ./configs and ./configs/labs; then a file there with that name inside; then the file that the lab's last
        run came from. Without a name, a path or a configuration, configs/lab_config.yaml is used where it exists. When
        nothing is found nothing is run: an error says where was looked (it ends the script under -ErrorAction Stop), and
        the result has Status NoConfiguration.

        A file is run by Start-AdvancedLabOrchestration, a configuration object - a dictionary or an object with
        Operations, each with a script block, a script or a command - by Invoke-ParallelLabRunner. Without -Parallel one
        operation runs at a time.

        A lab that cannot be run - not well-formed, an unknown dependency, a script that cannot be read - is a terminating
        error, and with -ValidationOnly a result. A failed operation is a result: Success is $false, Error says why. When an operation has
        asked for a restart of the machine, Status is Parked: see Request-LabRestart.

        The result has Status, Success, LabName, Message, Error, Operations (how many), Results, Validation, StartTime, EndTime, Duration,
        ExecutedSteps, ProgressTrackingEnabled, ConfigurationPath, Environment, Plan and Report.
    .PARAMETER LabName
        The lab's name.
    .PARAMETER ConfigPath
        The lab file. Aliases: ConfigurationPath, Path.
    .PARAMETER Configuration
        The configuration as a dictionary or an object.
    .PARAMETER Environment
        The environment to deploy for: its changes are merged over the lab file; where nothing
        says what it changes, a warning says so. A configuration object has none; it is run
        as it is, with a warning when it is for another environment.
    .PARAMETER Steps
        Only the operations of these names, and those they depend on.
    .PARAMETER Strict
        Makes every unknown key an error. Without it, one that is near to a known key is an error, and others are warnings;
        keys that begin with x- are your own.
    .PARAMETER RunAll
        Runs everything: neither files nor tests decide whether an operation is up to date.
    .PARAMETER ValidationOnly
        Checks and runs nothing.
    .PARAMETER DryRun
        Checks and plans, and runs nothing.
    .PARAMETER Parallel
        Runs as many operations at the same time as dependencies and limits allow.
    .PARAMETER MaxConcurrency
        How many operations may run at the same time, with or without -Parallel. Alias: MaxParallelism.
    .PARAMETER FailureStrategy
        What the failure of an operation means: Stop, Continue, Retry or Rollback; the lab's own setting when left out.
    .PARAMETER HealthMonitoring
        Watches memory, disk and the progress of the run, and every service by its readiness probe; see docs/health.md. Checks that
        operations declare are made without it too.
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
    .PARAMETER AsJob
        Returns a job at once. It gives what operations output while they run, and then the report of the lab, as
        Start-AdvancedLabOrchestration does, or the results of a configuration's operations. It does not give the object that is
        returned without it: that is made in the calling script, which has gone on by then. Both have Success. Alias: Background.
    .PARAMETER Report
        Writes reports of the run when it ends, and says where: files, whose endings decide the format as with Export-LabRunReport (.html, .md, .xml for JUnit …), or folders for a
        page with the run's name and id. Files that are there are replaced. The setting ReportPath when left out; @() for none.
    .PARAMETER ThrowOnFailure
        Ends the script with one error that carries all results if an operation did not succeed.
    .PARAMETER Auto
        Asks nothing.
    .PARAMETER ShowProgress
        Shows the progress of the run; the ProgressTracking module is updated too when it is loaded.
    .PARAMETER ProgressStyle
        How: Bar, Spinner, Percentage or Detailed.
    .EXAMPLE
        Start-LabAutomation -LabName 'WebTier-Lab' -Configuration @{ Operations = @{ Name = 'greet'; ScriptBlock = { 'hello' } } } -Parallel
    .EXAMPLE
        Set-Content -Path ./WebTier-Lab.yaml -Value 'name: WebTier-Lab', 'operations:', '  - name: greet', '    script: Write-Output hello'
        Start-LabAutomation -LabName 'WebTier-Lab' -ValidationOnly
    .OUTPUTS
        LabRunner.LabAutomationResult
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Start-LabAutomation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/lab-files.md
    .LINK
        Start-AdvancedLabOrchestration
    .LINK
        Test-LabConfiguration
    .LINK
        Get-LabStatus
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabAutomationResult')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ [LabRunner.LabNameCompleter]::new().Complete($args) })]
        [string] $LabName,

        [Parameter(Position = 1)]
        [Alias('ConfigurationPath', 'Path')]
        [string] $ConfigPath,

        [AllowNull()]
        [object] $Configuration,

        [ArgumentCompleter({ [LabRunner.LabEnvironmentCompleter]::new().Complete($args) })]
        [string] $Environment,

        [AllowEmptyCollection()]
        [ArgumentCompleter({ [LabRunner.LabOperationCompleter]::new().Complete($args) })]
        [string[]] $Steps = @(),

        [switch] $Strict,

        [switch] $RunAll,

        [switch] $ValidationOnly,

        [switch] $DryRun,

        [switch] $Parallel,

        [Alias('MaxParallelism')]
        [Nullable[int]] $MaxConcurrency,

        [ValidateSet('Stop', 'Continue', 'Retry', 'Rollback')]
        [string] $FailureStrategy,

        [switch] $HealthMonitoring,

        [Alias('Background')]
        [switch] $AsJob,

        [AllowEmptyCollection()]
        [string[]] $Report,

        [switch] $ThrowOnFailure,

        [switch] $Auto,

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

        [switch] $ContinueOnError
    )

    . Set-RunPreference $PSBoundParameters

    # A function of a module goes by the global preference, and not by that of the script that calls it.
    if (-not $PSBoundParameters.ContainsKey('ErrorAction')) { $ErrorActionPreference = $PSCmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference') }
    if ($Auto) { $ConfirmPreference = 'None' }
    $handedOn = 'ShowProgress', 'ProgressStyle', 'ProgressAsLines', 'TimeoutMinutes', 'FailureStrategy', 'ContinueOnError', 'HealthMonitoring', 'Report'
    $result = [pscustomobject]@{
        PSTypeName = 'LabRunner.LabAutomationResult'
        Status = 'Success'
        Success = $true
        LabName = $LabName
        Message = ''
        Error = $null
        Operations = 0
        Results = @()
        Validation = $null
        StartTime = [datetime]::Now
        EndTime = $null
        Duration = [timespan]::Zero
        ExecutedSteps = $Steps
        ProgressTrackingEnabled = [bool] $ShowProgress
        ConfigurationPath = $null
        Environment = $Environment
        Report = $null
        Plan = $null
    }
    $refused = {
        param([string] $Id, [string] $Message, [string] $Advice, [object] $Target, [string] $Category = 'InvalidData')
        $PSCmdlet.ThrowTerminatingError([LabRunner.LabRunnerException]::new($Id, $Category, $Message, $Advice, $Target, $null).ErrorRecord)
    }
    # A lab that does not exist is an error, and a result for those who look at that.
    $absent = {
        param([string] $Message, [string] $Advice, [object] $Target)
        $PSCmdlet.WriteError([LabRunner.LabRunnerException]::new('LabRunner.NoConfiguration', 'ObjectNotFound', $Message, $Advice, $Target, $null).ErrorRecord)
        & $ended 'NoConfiguration' $Message
    }
    $ended = {
        param([string] $Status, [string] $Message)
        $result.Status = $Status
        $result.Success = $Status -in 'Success', 'Valid', 'DryRun'
        $result.Message = $Message
        if (-not $result.Success -and -not $result.Error) { $result.Error = $Message }
        # Those that were run or, when nothing was to be run, planned or checked.
        foreach ($some in $result.Results, $result.Plan.Operations, $result.Validation.Operations) {
            if (@($some).Where({ $null -ne $_ }).Count) { $result.Operations = @($some).Count; break }
        }
        $result.EndTime = [datetime]::Now
        $result.Duration = $result.EndTime - $result.StartTime
        if ($tracking) {
            foreach ($one in $result.Results) { if (-not $one.Success) { Add-ProgressError -OperationId $tracking -Error "$one" } }
            Update-ProgressOperation -OperationId $tracking -CurrentStep 3 -StepName $Message
            Complete-ProgressOperation -OperationId $tracking -ShowSummary
        }
        $result
    }
    $tracking = if ($ShowProgress -and (Get-Module -Name ProgressTracking)) {
        Start-ProgressOperation -OperationName 'Lab Automation Workflow' -TotalSteps 3 -ShowTime -ShowETA -Style $(if ($PSBoundParameters.ContainsKey('ProgressStyle')) { "$ProgressStyle" } else { 'Bar' })
    }
    if ($tracking) { Update-ProgressOperation -OperationId $tracking -CurrentStep 1 -StepName 'Reading the configuration' }

    # --- where the lab comes from
    $location = $PSCmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath
    $file = $null
    if ($null -eq $Configuration) {
        if ($ConfigPath) {
            $file = Resolve-LabFilePath -Caller $PSCmdlet -Path $ConfigPath
            if (-not [System.IO.File]::Exists($file)) {
                & $refused 'LabRunner.FileUnreadable' "The lab file '$file' does not exist." 'Check the path; relative ones begin at the current location.' $file 'ObjectNotFound'
            }
        } elseif ($LabName) {
            $search = [LabRunner.LabFileSearch]::Find($location, $LabName)
            $file = $search.Path
            if (-not $file) {
                return & $absent $search.Why($LabName) 'Give its path with -ConfigPath.' $LabName
            }
        } else {
            $file = [System.IO.Path]::Combine($location, 'configs', 'lab_config.yaml')
            if (-not [System.IO.File]::Exists($file)) {
                return & $absent "No -LabName, -ConfigPath or -Configuration was given, and '$file' does not exist." 'Give one of them.' $file
            }
        }
        $result.ConfigurationPath = $file
    }

    # --- a configuration object
    if ($null -eq $file) {
        if (-not $LabName) { $result.LabName = if ($Configuration.Name) { "$($Configuration.Name)" } else { 'Start-LabAutomation' } }
        if ($Environment -and "$(if ($Configuration.Environment) { $Configuration.Environment })" -ne $Environment) {
            Write-Warning "A configuration object has no changes for environments: it is run as it is, with nothing added for '$Environment'."
        }
        $operations = @($Configuration.Operations | Where-Object { $null -ne $_ })
        if ($operations.Count -eq 0) {
            return & $ended 'Success' 'The configuration has no operations: nothing was run.'
        }

        $unknown = @()
        if ($Steps.Count -gt 0) {
            # The requested steps and their dependencies.
            $byName = @{}
            foreach ($operation in $operations) {
                foreach ($name in @($operation.Id, $operation.Name)) { if ($name) { $byName["$name"] = $operation } }
            }
            $unknown = @($Steps | Where-Object { -not $byName.ContainsKey($_) })
            $wanted = [System.Collections.Generic.HashSet[object]]::new([System.Collections.Generic.ReferenceEqualityComparer]::Instance)
            $open = [System.Collections.Generic.Queue[string]]::new([string[]] $Steps)
            while ($open.Count -gt 0) {
                $operation = $byName[$open.Dequeue()]
                if ($null -ne $operation -and $wanted.Add($operation)) {
                    foreach ($name in @($operation.Dependencies) + @($operation.DependsOn)) { if ($name) { $open.Enqueue("$name") } }
                }
            }
            $operations = @($operations | Where-Object { $wanted.Contains($_) })
        }
        $unknownText = if ($unknown) { " No operation is called $($unknown -join ', ')." } else { '' }
        if ($operations.Count -eq 0) {
            return & $ended 'Success' "Nothing was run.$unknownText"
        }

        if ($ValidationOnly -or $DryRun) {
            $result.Validation = LabRunner.Commands\Test-LabConfiguration -Configuration @{ Name = $result.LabName; Operations = $operations; ResourceLimits = $Configuration.ResourceLimits } -Strict:$Strict -Caller $PSCmdlet
            $result.Error = $result.Validation.Error
            if ($DryRun -and $result.Validation.Valid) {
                $result.Plan = LabRunner.Commands\Get-LabPlan -Operations $operations -ResourceLimits $Configuration.ResourceLimits -MaxConcurrency $(if ($null -ne $MaxConcurrency) { $MaxConcurrency } elseif (-not $Parallel) { 1 }) -Strict:$Strict -Caller $PSCmdlet
            }
            $status = if (-not $result.Validation.Valid) { 'Invalid' } elseif ($DryRun) { 'DryRun' } else { 'Valid' }
            return & $ended $status "Checked $(Format-Count $operations.Count operation); nothing was run.$unknownText"
        }

        $arguments = @{ Operations = $operations; RunName = $result.LabName; Strict = $Strict; RunAll = $RunAll }
        if ($null -ne $MaxConcurrency) {
            $arguments.MaxConcurrency = $MaxConcurrency
        } elseif (-not $Parallel) {
            $arguments.MaxConcurrency = 1
        } elseif ($Configuration.MaxConcurrency -or $Configuration.MaxParallelism) {
            $arguments.MaxConcurrency = if ($Configuration.MaxConcurrency) { $Configuration.MaxConcurrency } else { $Configuration.MaxParallelism }
        }
        foreach ($name in $handedOn) {
            if ($PSBoundParameters.ContainsKey($name)) { $arguments[$name] = $PSBoundParameters[$name] }
        }
        # What the call says of a failure comes before what the configuration says; -ContinueOnError:$false goes with Retry and Rollback.
        $configured = $Configuration.FailureStrategy
        if (-not $arguments.ContainsKey('FailureStrategy') -and -not $arguments.ContainsKey('ContinueOnError')) {
            if ($configured) { $arguments.FailureStrategy = $configured }
            if ($Configuration.ContinueOnError -or ($null -ne $Configuration.ContinueOnError -and -not $configured)) { $arguments.ContinueOnError = [bool] $Configuration.ContinueOnError }
        } elseif (-not $FailureStrategy -and -not $ContinueOnError -and $configured -in 'Retry', 'Rollback') {
            $arguments.FailureStrategy = $configured
        }
        if ($Configuration.ResourceLimits) { $arguments.ResourceLimits = $Configuration.ResourceLimits }
        if ($tracking) { Update-ProgressOperation -OperationId $tracking -CurrentStep 2 -StepName "Running $(Format-Count $operations.Count operation)" }
        if ($AsJob) { return LabRunner.Commands\Invoke-ParallelLabRunner @arguments -Background -Caller $PSCmdlet }
        # The cmdlet rather than the function: through this caller, $using: finds the user's variables.
        $result.Results = @(LabRunner.Commands\Invoke-ParallelLabRunner @arguments -GoesOn -Caller $PSCmdlet)
        if ($result.Results.Count -eq 0) {
            return & $ended 'DryRun' "Nothing was run.$unknownText"
        }
    } else {
        # --- a lab file
        $result.Validation = LabRunner.Commands\Test-LabConfiguration -Path $file -Environment $Environment -Strict:$Strict -Caller $PSCmdlet
        if ($Environment -and $result.Validation.Errors.Count -gt 0 -and -not $result.Validation.Errors.Where({ $_.Id -ne 'LabRunner.UnknownEnvironment' })) {
            # Callers name an environment for labs that have no changes for it; what is run then is the lab as it stands.
            Write-Warning "$($result.Validation.Errors[0].Message): '$file' is run as it is. $($result.Validation.Errors[0].Advice)"
            $Environment = ''
            $result.Validation = LabRunner.Commands\Test-LabConfiguration -Path $file -Strict:$Strict -Caller $PSCmdlet
        }
        if ($result.Validation.LabName) { $result.LabName = $result.Validation.LabName }
        if ($ValidationOnly) {
            $result.Error = $result.Validation.Error
            $status = if ($result.Validation.Valid) { 'Valid' } else { 'Invalid' }
            return & $ended $status "'$file' was checked; nothing was run."
        }
        if (-not $result.Validation.Valid) {
            $found = $result.Validation.Errors
            # PowerShell shows the advice of one fault below the message; that of several stands beside each.
            $lines = foreach ($one in $found) { if ($found.Count -gt 1 -and $one.Advice) { "$("$one".TrimEnd('.')). $($one.Advice)" } else { "$one" } }
            & $refused $found[0].Id "The lab '$file' cannot be run:$([System.Environment]::NewLine)$($lines -join [System.Environment]::NewLine)" $(if ($found.Count -eq 1) { $found[0].Advice } else { 'Correct the file; nothing was started.' }) $file
        }
        $arguments = @{ ConfigurationPath = $file; DryRun = $DryRun; Environment = $Environment; Target = $Steps; Strict = $Strict; RunAll = $RunAll }
        if ($null -ne $MaxConcurrency) { $arguments.MaxConcurrency = $MaxConcurrency } elseif (-not $Parallel) { $arguments.OrchestrationMode = 'Sequential' }
        foreach ($name in $handedOn) {
            if ($PSBoundParameters.ContainsKey($name)) { $arguments[$name] = $PSBoundParameters[$name] }
        }
        if ($tracking) { Update-ProgressOperation -OperationId $tracking -CurrentStep 2 -StepName "Running '$($result.LabName)'" }
        if ($AsJob -and -not $DryRun) { return LabRunner.Commands\Start-AdvancedLabOrchestration @arguments -Background -Caller $PSCmdlet }
        $result.Report = LabRunner.Commands\Start-AdvancedLabOrchestration @arguments -GoesOn -Caller $PSCmdlet
        if ($result.Report.Summary.Status -eq 'Invalid') {
            $result.Error = $result.Report.Error
            return & $ended 'Invalid' "'$file' cannot be run."
        }
        if ($result.Report) { $result.Plan = $result.Report.ExecutionPlan }
        $result.Results = @($result.Report.Results | Where-Object { $null -ne $_ })
        if ($DryRun -or $null -eq $result.Report) {
            return & $ended 'DryRun' "'$file' was checked and planned; nothing was run."
        }
    }

    # --- what came of it
    $failed = @($result.Results | Where-Object { -not $_.Success })
    $failures = @($failed | Where-Object Status -NotIn 'Skipped', 'Canceled')
    if ($result.Report.Status -eq 'Parked' -or (-not $failures -and $result.Results.SkippedBecause.Kind -contains 'run-parked')) {
        & $ended 'Parked' "'$($result.LabName)' is parked after $($result.Results.Count - $failed.Count) of $(Format-Count $result.Results.Count operation), until this machine has been restarted.$unknownText"
        LabRunner.Commands\Stop-LabCaller -Results $result.Results -ThrowOnFailure:$ThrowOnFailure -Caller $PSCmdlet
        return
    }
    if ($failed.Count -eq 0) {
        $current = @($result.Results | Where-Object UpToDate).Count
        return & $ended 'Success' "$(if ($result.Results.Count -ne 1) { 'All ' })$(Format-Count $result.Results.Count operation) of '$($result.LabName)' succeeded$(if ($current) { ", $current up to date" }).$unknownText"
    }
    $result.Error = @($failed | Where-Object Error | ForEach-Object { "$($_.Name): $($_.Error)" }) -join [System.Environment]::NewLine
    & $ended 'Failed' "$($failed.Count) of $(Format-Count $result.Results.Count operation) of '$($result.LabName)' did not succeed: $([LabRunner.LabDisplay]::Causes($result.Results)).$unknownText"
    LabRunner.Commands\Stop-LabCaller -Results $result.Results -ThrowOnFailure:$ThrowOnFailure -Caller $PSCmdlet
}
