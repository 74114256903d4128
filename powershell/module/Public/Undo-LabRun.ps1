function Undo-LabRun {
    <#
    .SYNOPSIS
        Undoes what had succeeded in a run, by the rollback of each operation.
    .DESCRIPTION
        Runs the rollback of every operation that had succeeded in the run, or in a run that it resumed: in reverse order of the
        dependencies, what is independent in parallel. An operation without a rollback stays as it is. When a rollback
        fails, what its operation was built on stays as well, and everything else is undone; the report's Status is then
        PartiallyUndone, otherwise Undone. Called again, it undoes what is left.

        A lab is read from its file again, and its rollbacks are those that the file has now; with -AsRecorded they are those it had
        when the run started. The operations of a run that was not started from a lab file must be given again with -Operations.
    .PARAMETER Id
        The beginning of the run's id, as long as no other run's id begins like that. Without -Id, -Name and -Path it is the
        last run that can be undone. Aliases: RunId, Run.
    .PARAMETER Name
        The run's name, which is that of its lab: the newest run.
    .PARAMETER Path
        The run's folder, as RunDirectory of a report has it. Alias: RunDirectory.
    .PARAMETER Operations
        The operations, as Invoke-ParallelLabRunner takes them; needed for a run that did not come from a lab file.
    .PARAMETER AsRecorded
        Takes the lab as it was when the run started, from the copy in the run's record, although its files have been changed, moved
        or deleted since: as Resume-LabRun does.
    .PARAMETER Force
        Undoes a run that has been undone or resumed before, or ran on another machine.
    .PARAMETER OnSurvivor
        What is done when programs of the run are still alive; nothing is ever started beside them. Fail, which is the default, names
        them with the command that ends them (LabRunner.Survivors). Wait waits for their end. Stop ends them.
    .PARAMETER MaxConcurrency
        How many rollbacks may run at the same time; as the run had it when absent or 0. Alias: MaxParallelism.
    .PARAMETER OutputMode
        When what rollbacks write is shown: Live, while they run, or Grouped, in one piece when they have ended.
    .PARAMETER ShowProgress
        Shows how far the run is.
    .PARAMETER ProgressStyle
        How: Bar, Spinner, Percentage or Detailed.
    .PARAMETER Verbosity
        How much the call and its rollbacks say: detailed as with -Verbose; normal; silent without progress and information
        messages. Common parameters that are given, such as -Verbose and -InformationAction, come first.
    .PARAMETER LogLevel
        The least important messages that the call and its rollbacks write: DEBUG and TRACE as with -Verbose and -Debug,
        VERBOSE as with -Verbose, INFO as without it, WARN without information messages, ERROR without warnings, too.
    .PARAMETER NonInteractive
        Asks nothing and shows no progress. With -ShowProgress, progress is lines of text, as in a log.
    .PARAMETER AsJob
        Returns a job at once. Alias: Background.
    .PARAMETER Variables
        Variables that rollbacks find beside their own: names of the caller's, or @{ Name = value }.
    .PARAMETER Functions
        Functions of the caller that rollbacks may call; wildcards are allowed.
    .PARAMETER Modules
        Modules to import before the first rollback runs in a runspace.
    .PARAMETER InitializationScript
        What to run before the first rollback runs in a runspace.
    .PARAMETER Report
        Writes reports of the run when it ends, and says where: files, whose endings decide the format as with Export-LabRunReport (.html, .md, .xml for JUnit …), or folders for a
        page with the run's name and id. Files that are there are replaced. The setting ReportPath when left out; @() for none.
    .PARAMETER ThrowOnFailure
        Ends with one terminating error that carries all results if a rollback did not succeed.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - { name: disk, script: "New-Item ./disk.img", rollback: "Remove-Item ./disk.img" }'
        $report = Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml
        Undo-LabRun -Id $report.RunId -WhatIf
        (Undo-LabRun -Id $report.RunId).Status

        Shows what would be undone, and undoes it.
    .OUTPUTS
        LabRunner.LabOrchestrationReport, whose Rollback has a result for each rollback; a job with -AsJob; LabRunner.LabResumeStep with -WhatIf.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Undo-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/resume.md
    .LINK
        Resume-LabRun
    .LINK
        Get-LabRun
    .LINK
        about_LabRunner_Resuming
    .LINK
        about_LabRunner_Failures
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabOrchestrationReport', 'LabRunner.LabRunJob', 'LabRunner.LabResumeStep')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('RunId', 'Run')]
        [ValidateNotNullOrEmpty()]
        [string] $Id,

        [ArgumentCompleter({ [LabRunner.LabNameCompleter]::new().Complete($args) })]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Alias('RunDirectory')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [AllowNull()]
        [AllowEmptyCollection()]
        [object[]] $Operations,

        [switch] $AsRecorded,

        [switch] $Force,

        [ValidateSet('Fail', 'Wait', 'Stop')]
        [string] $OnSurvivor,

        [Alias('MaxParallelism')]
        [Nullable[int]] $MaxConcurrency,

        [ValidateSet('Live', 'Grouped')]
        [string] $OutputMode,

        [switch] $ShowProgress,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $ProgressStyle,

        [ValidateSet('silent', 'normal', 'detailed')]
        [string] $Verbosity,

        [ValidateSet('ERROR', 'WARN', 'WARNING', 'INFO', 'DEBUG', 'TRACE', 'VERBOSE')]
        [string] $LogLevel,

        [switch] $NonInteractive,

        [Alias('Background')]
        [switch] $AsJob,

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

    process {
        if ($Id) { $PSBoundParameters['Id'] = $Id }
        if ($Verbosity -or $LogLevel -or $PSBoundParameters.ContainsKey('NonInteractive')) {
            . Set-RunPreference $PSBoundParameters
        }
        LabRunner.Commands\Undo-LabRun @PSBoundParameters -Caller $PSCmdlet
    }
}
