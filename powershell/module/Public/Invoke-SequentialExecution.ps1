function Invoke-SequentialExecution {
    <#
    .SYNOPSIS
        Runs operations one after another.
    .DESCRIPTION
        The same as Invoke-ParallelLabRunner with one slot: operations run one at a time, those that others depend on
        first, with the same checks, limits and results.
    .PARAMETER Operations
        The operations; see Invoke-ParallelLabRunner.
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
    .PARAMETER MaxParallelism
        Is taken, so that one block of settings fits both commands, and means nothing here: one operation runs at a time.
    .PARAMETER Strict
        Makes every unknown key an error. Without it, one that is near to a known key is an error, and others are warnings;
        keys that begin with x- are your own.
    .PARAMETER NoOutput
        Keeps no output on the results.
    .PARAMETER KeepRecords
        How many records of an operation are kept on its result; the first and the last ones, when there are more.
    .PARAMETER RunDirectory
        The folder for the run's files; below LABRUNNER_HOME when left out. Alias: JournalPath.
    .PARAMETER RunName
        The run's name, in the progress and the record. A run with a name is recorded from its start, one without
        once it has lasted a second or something has failed (see Get-LabRun).
    .PARAMETER NoRecord
        Leaves no record, whatever the settings say.
    .PARAMETER RecordOutput
        Keeps what operations put out in the record of a run without a name, too.
    .PARAMETER Report
        Writes reports of the run when it ends, and says where: files, whose endings decide the format as with Export-LabRunReport (.html, .md, .xml for JUnit …), or folders for a
        page with the run's name and id. Files that are there are replaced. The setting ReportPath when left out; @() for none.
    .PARAMETER ThrowOnFailure
        Ends with one terminating error that carries all results if an operation did not succeed.
    .EXAMPLE
        $operations = @(
            @{ Name = 'First'; ScriptBlock = { 1 } }
            @{ Name = 'Second'; ScriptBlock = { 2 }; Dependencies = 'First' }
        )
        if (Test-ParallelRunnerSupport) { Invoke-ParallelLabRunner -Operations $operations } else { Invoke-SequentialExecution -Operations $operations }
    .EXAMPLE
        Invoke-SequentialExecution -Operations @{ Name = 'Only'; ScriptBlock = { 'done' } }
    .OUTPUTS
        LabRunner.LabOperationResult
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-SequentialExecution.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-ParallelLabRunner
    .LINK
        Test-ParallelRunnerSupport
    .LINK
        about_LabRunner_Operations
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabOperationResult')]
    param(
        [Parameter(Position = 0, ValueFromPipeline)]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object[]] $Operations,

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

        [Nullable[int]] $MaxParallelism,

        [switch] $Strict,

        [switch] $NoOutput,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $KeepRecords,

        [Alias('JournalPath')]
        [string] $RunDirectory,

        [ArgumentCompleter({ [LabRunner.LabRunNameCompleter]::new().Complete($args) })]
        [string] $RunName,

        [switch] $NoRecord,

        [switch] $RecordOutput,

        [AllowEmptyCollection()]
        [string[]] $Report,

        [switch] $ThrowOnFailure
    )

    begin { $all = [System.Collections.Generic.List[object]]::new() }
    process { if ($null -ne $Operations) { $all.AddRange($Operations) } }
    end {
        if ($Verbosity -or $LogLevel -or $PSBoundParameters.ContainsKey('NonInteractive')) {
            . Set-RunPreference $PSBoundParameters
        }
        $PSBoundParameters['Operations'] = $all.ToArray()
        $null = $PSBoundParameters.Remove('MaxParallelism')
        LabRunner.Commands\Invoke-ParallelLabRunner @PSBoundParameters -Title 'Invoke-SequentialExecution' -MaxConcurrency 1 -Caller $PSCmdlet
    }
}
