function Set-LabRunnerConfiguration {
    <#
    .SYNOPSIS
        Changes settings of the module, for the user or for this process.
    .DESCRIPTION
        All values are checked first; if one is not allowed, nothing is changed. The user's file is replaced as a whole:
        a reader never meets half of it. Keys that LabRunner does not know stay in it; comments do not.
    .PARAMETER MaxConcurrency
        How many operations may run at the same time where a call and its lab do not say, 0 to 1024; 0 for one a
        processor. Alias: DefaultParallelism.
    .PARAMETER MaxParallelism
        The most operations at the same time, whatever a call or a lab asks for, 0 to 1024; 0 for no bound.
    .PARAMETER DefaultTimeoutMinutes
        The limit of an operation that has none of its own, 0 to 525600; 0 for none. Aliases: DefaultTimeout, Timeout.
    .PARAMETER RunTimeoutMinutes
        The limit of a whole run, 0 to 525600; 0 for none.
    .PARAMETER ShellTimeoutSeconds
        The limit of a program that has none of its own, in seconds; 0 for that of other operations. Alias: ShellTimeout.
    .PARAMETER ContinueOnError
        $true is -FailureStrategy Continue, $false is -FailureStrategy Stop.
    .PARAMETER FailureStrategy
        What the failure of an operation means: Stop, Continue, Retry or Rollback.
    .PARAMETER MaxRetries
        How often a failed operation is tried again under the strategy Retry, 0 to 1000.
    .PARAMETER RetryDelaySeconds
        The first pause before that, 0 to 86400; it doubles up to a minute. Alias: RetryDelay.
    .PARAMETER Verbosity
        How much scripts report where a call does not say it: silent, normal or detailed. Initialize-StandardParameters goes by it, and
        the log, where no LogLevel is set. Alias: VerbosityLevel.
    .PARAMETER LogLevel
        The least important level that Write-CustomLog shows: ERROR, WARN, INFO, DEBUG, TRACE or VERBOSE.
    .PARAMETER LogPath
        The folder of the run folders, with journals and the output of programs.
    .PARAMETER LogRetentionDays
        After how many days a run folder is deleted, 0 to 36500; 0 for never. Alias: LogRetention.
    .PARAMETER RecordRuns
        Whether runs leave a record: what happened, and what operations wrote (see Get-LabRun).
    .PARAMETER RecordDurability
        What the record of a run survives. Process, the default: the death of PowerShell, however it comes. Machine: a power cut as
        well, but for the last 0.2 seconds. Required: as Machine, and a run for which that cannot be kept is not started, or is stopped.
    .PARAMETER OutputLimitMB
        How much of what one operation writes is recorded, 1 to 1000000 MiB: its first and its last part.
    .PARAMETER ReportPath
        The folder in which each recorded run writes a page with its report when it ends; -Report of a call comes before it.
    .PARAMETER BuildAnnotations
        Whether failures are shown beside the code where a run is part of a build on GitHub or Azure. They are by default.
    .PARAMETER RunLog
        How much LabRunner logs about its own work, for bug reports: Off, the default, Info, Debug or Trace. The log is log.txt in the
        run's folder; with it every run has a folder.
    .PARAMETER ShowProgress
        Whether runs show their progress without being asked to.
    .PARAMETER ProgressStyle
        How progress is shown: Bar, Spinner, Percentage or Detailed.
    .PARAMETER ProgressIntervalSeconds
        Seconds between two redraws of the progress display, 0.1 to 3600. Alias: ProgressRefreshInterval.
    .PARAMETER NonInteractive
        Whether scripts never prompt: Initialize-StandardParameters says so, and Read-LoggedInput and Get-MenuSelection take the
        default.
    .PARAMETER PreferredShell
        The shell that runs scripts. PowerShell is the only one.
    .PARAMETER RequiredModules
        Modules that every run imports into its runspaces; a run without one of them is refused.
    .PARAMETER OptionalModules
        Modules that every run imports into its runspaces where they are installed.
    .PARAMETER Scope
        User, the default, writes the user's file. Process holds until the process ends, and comes before everything else.
    .PARAMETER PassThru
        Returns the configuration as it is then.
    .EXAMPLE
        Set-LabRunnerConfiguration -MaxConcurrency 4 -Scope Process -PassThru
        Reset-LabRunnerConfiguration -Scope Process
    .EXAMPLE
        $ci = @{ Verbosity = 'silent'; NonInteractive = $true; ShowProgress = $false; Timeout = 30 }
        Set-LabRunnerConfiguration @ci -Scope Process
        Reset-LabRunnerConfiguration -Scope Process
    .EXAMPLE
        Set-LabRunnerConfiguration -DefaultTimeoutMinutes 30 -LogRetentionDays 14 -WhatIf
    .OUTPUTS
        None, or LabRunner.LabRunnerConfiguration with -PassThru.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Set-LabRunnerConfiguration.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/configuration.md
    .LINK
        Get-LabRunnerConfiguration
    .LINK
        Reset-LabRunnerConfiguration
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(SupportsShouldProcess, PositionalBinding = $false)]
    [OutputType('LabRunner.LabRunnerConfiguration')]
    param(
        [Alias('DefaultParallelism')]
        [int] $MaxConcurrency,

        [int] $MaxParallelism,

        [Alias('DefaultTimeout', 'Timeout')]
        [double] $DefaultTimeoutMinutes,

        [double] $RunTimeoutMinutes,

        [Alias('ShellTimeout')]
        [double] $ShellTimeoutSeconds,

        [bool] $ContinueOnError,

        [ArgumentCompletions('Stop', 'Continue', 'Retry', 'Rollback')]
        [string] $FailureStrategy,

        [int] $MaxRetries,

        [Alias('RetryDelay')]
        [double] $RetryDelaySeconds,

        [Alias('VerbosityLevel')]
        [ArgumentCompletions('silent', 'normal', 'detailed')]
        [string] $Verbosity,

        [ArgumentCompletions('ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'VERBOSE')]
        [string] $LogLevel,

        [string] $LogPath,

        [Alias('LogRetention')]
        [int] $LogRetentionDays,

        [bool] $RecordRuns,

        [ValidateSet('Process', 'Machine', 'Required')]
        [string] $RecordDurability,

        [int] $OutputLimitMB,

        [ValidateSet('Off', 'Info', 'Debug', 'Trace')]
        [string] $RunLog,

        [string] $ReportPath,

        [bool] $BuildAnnotations,

        [bool] $ShowProgress,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $ProgressStyle,

        [Alias('ProgressRefreshInterval')]
        [double] $ProgressIntervalSeconds,

        [bool] $NonInteractive,

        [ArgumentCompletions('PowerShell')]
        [string] $PreferredShell,

        [AllowEmptyCollection()]
        [string[]] $RequiredModules,

        [AllowEmptyCollection()]
        [string[]] $OptionalModules,

        [LabRunner.Cmdlets.LabSettingScope] $Scope,

        [switch] $PassThru
    )

    end { LabRunner.Commands\Set-LabRunnerConfiguration @PSBoundParameters -Caller $PSCmdlet }
}
