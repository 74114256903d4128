function Set-LabRunnerConfiguration {
    <#
    .SYNOPSIS
        Changes settings of the module, for the user or for this process.
    .DESCRIPTION
        All values are checked first; if one is not allowed, nothing is changed. The user's file is replaced as a whole:
        a reader never meets half of it. Keys that LabRunner does not know stay in it; comments do not.
    .PARAMETER MaxConcurrency
        How many operations may run at the same time, 0 to 1024; 0 for one a processor.
    .PARAMETER DefaultTimeoutMinutes
        The limit of an operation that has none of its own, 0 to 525600; 0 for none.
    .PARAMETER RunTimeoutMinutes
        The limit of a whole run, 0 to 525600; 0 for none.
    .PARAMETER FailureStrategy
        What the failure of an operation means: Stop, Continue, Retry or Rollback.
    .PARAMETER MaxRetries
        How often a failed operation is tried again under the strategy Retry, 0 to 1000.
    .PARAMETER RetryDelaySeconds
        The first pause before that, 0 to 86400; it doubles up to a minute.
    .PARAMETER LogLevel
        The least important level that Write-CustomLog shows: ERROR, WARN, INFO, DEBUG, TRACE or VERBOSE.
    .PARAMETER LogPath
        The folder of the run folders, with journals and the output of programs.
    .PARAMETER LogRetentionDays
        After how many days a run folder is deleted, 0 to 36500; 0 for never.
    .PARAMETER ShowProgress
        Whether runs show their progress without being asked to.
    .PARAMETER ProgressStyle
        How progress is shown: Bar, Spinner, Percentage or Detailed.
    .PARAMETER ProgressIntervalSeconds
        Seconds between two redraws of the progress display, 0.1 to 3600.
    .PARAMETER Scope
        User, the default, writes the user's file. Process holds until the process ends, and comes before everything else.
    .PARAMETER PassThru
        Returns the configuration as it is then.
    .EXAMPLE
        Set-LabRunnerConfiguration -MaxConcurrency 4 -Scope Process -PassThru
        Reset-LabRunnerConfiguration -Scope Process
    .EXAMPLE
        Set-LabRunnerConfiguration -DefaultTimeoutMinutes 30 -LogRetentionDays 14 -WhatIf
    .OUTPUTS
        None, or LabRunner.LabRunnerConfiguration with -PassThru.
    #>
    [CmdletBinding(SupportsShouldProcess, PositionalBinding = $false)]
    [OutputType('LabRunner.LabRunnerConfiguration')]
    param(
        [Alias('MaxParallelism', 'DefaultParallelism')]
        [int] $MaxConcurrency,

        [Alias('DefaultTimeout')]
        [double] $DefaultTimeoutMinutes,

        [double] $RunTimeoutMinutes,

        [ArgumentCompletions('Stop', 'Continue', 'Retry', 'Rollback')]
        [string] $FailureStrategy,

        [int] $MaxRetries,

        [Alias('RetryDelay')]
        [double] $RetryDelaySeconds,

        [ArgumentCompletions('ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'VERBOSE')]
        [string] $LogLevel,

        [string] $LogPath,

        [Alias('LogRetention')]
        [int] $LogRetentionDays,

        [bool] $ShowProgress,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $ProgressStyle,

        [Alias('ProgressRefreshInterval')]
        [double] $ProgressIntervalSeconds,

        [LabRunner.Commands.LabSettingScope] $Scope,

        [switch] $PassThru
    )

    end { LabRunner.Commands\Set-LabRunnerConfiguration @PSBoundParameters -Caller $PSCmdlet }
}
