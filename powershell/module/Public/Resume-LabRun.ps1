function Resume-LabRun {
    <#
    .SYNOPSIS
        Goes on where a run stopped: runs again what did not succeed, and keeps the rest.
    .DESCRIPTION
        Of a run that failed, was canceled, or whose PowerShell or machine died, this runs what failed, what was skipped or never
        started, and what was running at that moment. What had succeeded is kept, and counts as succeeded. First it says
        what will be done and why; -WhatIf says no more than that, as objects. The new run has a record and an id of its own, and can be
        resumed in its turn.

        What had succeeded runs again when its script, its program or the values it gets have changed since (unless -KeepChanged),
        when it had run only because something failed, when it depends on something that is made again for one of these reasons, or
        when its trigger is always. A service is started again when something that runs needs it. The whole table is in
        docs/resume.md.

        A run that is under way and suspended (Suspend-LabRun) goes on in its own process, and nothing is returned; no other parameter
        than -Id, -Name and -Path applies to it.

        A lab is read from its file again, with the environment, selection and settings that the run had been started with;
        with -AsRecorded it is the lab as it was when the run started, from the copy in the run's record. The operations of a run
        that was not started from a lab file must be given again with -Operations; they are known by their names.
    .PARAMETER Id
        The beginning of the run's id, as long as no other run's id begins like that. Without -Id, -Name and -Path it is the
        last run that can be resumed. Aliases: RunId, Run.
    .PARAMETER Name
        The run's name, which is that of its lab: the newest run.
    .PARAMETER Path
        The run's folder, as RunDirectory of a report has it. Alias: RunDirectory.
    .PARAMETER Operations
        The operations, as Invoke-ParallelLabRunner takes them; needed for a run that did not come from a lab file.
    .PARAMETER AsRecorded
        Takes the lab, what it includes and its script files as they were when the run started, although they have been changed, moved or
        deleted since. Variables of the environment (${NAME}) and secrets have the values they have now. Runs of earlier versions,
        runs that were given objects, labs of more than 32 MiB and labs with the value of a secret in them have no copy
        (LabRunner.LabNotRecorded).
    .PARAMETER Pending
        Resumes all runs of this machine that wait for a restart, the oldest first, one after another: those that Request-LabRestart or
        the exit code of a program has parked. Of one for which the machine has not been restarted yet it only says so; -Force
        goes on with it all the same. A run that did not come from a lab file needs -Operations.
    .PARAMETER OnUnknown
        What is done with operations that were running when the run died, whose outcome is unknown. Rerun, which is the default,
        runs them again. Skip leaves them out, and what depends on them with them. Stop starts nothing, and names them. Services,
        and what always runs, are started again in any case.
    .PARAMETER MaxCrash
        How many runs in a row may die while an operation is running before it is not started again; 2 when absent.
    .PARAMETER MaxRestarts
        How many restarts of the machine operations may ask for, with those that have taken place for the run; as the run had it when
        absent, which is 5 unless its lab says something else.
    .PARAMETER KeepChanged
        Keeps what had succeeded although it has changed since.
    .PARAMETER Force
        Resumes a run that has succeeded, has been resumed before, ran on another machine, or waits for a restart that has not taken
        place, and starts what was running in too many runs that died.
    .PARAMETER OnSurvivor
        What is done when programs of the run are still alive; nothing is ever started beside them. Fail, which is the default, names
        them with the command that ends them (LabRunner.Survivors). Wait waits for their end. Stop ends them.
    .PARAMETER MaxConcurrency
        How many operations may run at the same time; as the run had it when absent or 0. Alias: MaxParallelism.
    .PARAMETER OutputMode
        When what operations write is shown: Live, while they run, or Grouped, in one piece when they have ended.
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
    .PARAMETER AsJob
        Returns a job at once, as Start-AdvancedLabOrchestration does. Alias: Background.
    .PARAMETER Variables
        Variables that operations find beside their own: names of the caller's, or @{ Name = value }.
    .PARAMETER Functions
        Functions of the caller that operations may call; wildcards are allowed.
    .PARAMETER Modules
        Modules to import before the first operation runs in a runspace.
    .PARAMETER InitializationScript
        What to run before the first operation runs in a runspace.
    .PARAMETER Report
        Writes reports of the run when it ends, and says where: files, whose endings decide the format as with Export-LabRunReport (.html, .md, .xml for JUnit …), or folders for a
        page with the run's name and id. Files that are there are replaced. The setting ReportPath when left out; @() for none.
    .PARAMETER ThrowOnFailure
        Ends with one terminating error that carries all results if an operation did not succeed.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - { name: image, script: "1" }', '  - { name: web, dependencies: [image], script: "if (-not (Test-Path ./disk)) { throw ''no disk'' }" }'
        $first = Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -ErrorAction SilentlyContinue
        Set-Content -Path ./disk -Value 1
        $report = Resume-LabRun -Id $first.RunId
        $report.Results | Format-Table Name, Status, KeptFrom

        Image has succeeded and is kept; web is run again.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - { name: image, script: "throw 1" }'
        $null = Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml -ErrorAction SilentlyContinue
        Resume-LabRun -Name Web -WhatIf

        Shows what would be done with each operation, and why.
    .EXAMPLE
        Set-Content -Path ./app.yaml -Value 'name: App', 'operations:', '  - { name: image, script: "1" }', '  - { name: app, dependencies: [image], script: "if (-not (Test-Path ./ready)) { throw ''not yet'' }" }'
        $first = Start-AdvancedLabOrchestration -ConfigurationPath ./app.yaml -ErrorAction SilentlyContinue
        Set-Content -Path ./app.yaml -Value 'name: App', 'operations:', '  - { name: something-else, script: "2" }'
        Set-Content -Path ./ready -Value 1
        (Resume-LabRun -Id $first.RunId -AsRecorded).Results | Format-Table Name, Status

        The lab's file has changed since, and the run goes on with the lab as it was.
    .EXAMPLE
        Set-Content -Path ./name.yaml -Value 'name: Name', 'operations:', '  - { name: rename, script: "Request-LabRestart ''It has a new name.''" }', '  - { name: join, dependencies: [rename], script: "''joined''" }'
        $null = Start-AdvancedLabOrchestration -ConfigurationPath ./name.yaml -WarningAction SilentlyContinue
        (Resume-LabRun -Pending -Force).Status

        The run is parked after its first operation. Before the machine has been restarted, -Pending goes on only with -Force.
    .OUTPUTS
        LabRunner.LabOrchestrationReport; a job with -AsJob; LabRunner.LabResumeStep with -WhatIf.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Resume-LabRun.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/resume.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/restart.md
    .LINK
        Undo-LabRun
    .LINK
        Get-LabRun
    .LINK
        Request-LabRestart
    .LINK
        Register-LabRunResume
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

        [switch] $Pending,

        [ValidateSet('Rerun', 'Skip', 'Stop')]
        [string] $OnUnknown,

        [ValidateRange(1, 1000)]
        [int] $MaxCrash,

        [ValidateRange(0, 100)]
        [int] $MaxRestarts,

        [switch] $KeepChanged,

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
        LabRunner.Commands\Resume-LabRun @PSBoundParameters -Caller $PSCmdlet
    }
}
