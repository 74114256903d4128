function Invoke-ParallelLabRunner {
    <#
    .SYNOPSIS
        Runs operations in parallel, as their dependencies allow, and gives one result for each.
    .DESCRIPTION
        Operations are dictionaries or objects with a Name and something to run: ScriptBlock, Script, Path or Command.
        They may have Parameters, Dependencies (names of operations that must succeed first), Priority (1 first, 10 last),
        Timeout (minutes, or a text such as '30s') and Type.

        All of them are checked together before anything starts: an unknown dependency, a cycle, a duplicate name or a
        script that cannot be read is one error that names the culprit.

        A failed operation is a result, not an error of the command: its Success is $false and its Error says why. What
        depends on it is skipped; without -ContinueOnError nothing more is started. Script blocks run in runspaces of their
        own and get values of the caller with $using:.
    .PARAMETER Operations
        The operations.
    .PARAMETER MaxConcurrency
        How many may run at the same time; 0, or nothing, for one a processor.
    .PARAMETER Throttle
        A lower limit than MaxConcurrency, when one is needed for the moment.
    .PARAMETER ShowProgress
        Shows how far the run is.
    .PARAMETER ProgressStyle
        How: Bar, Spinner, Percentage or Detailed.
    .PARAMETER TimeoutMinutes
        The limit of an operation that has none of its own; 0 for none.
    .PARAMETER RunTimeoutMinutes
        The limit of the whole run; 0 for none.
    .PARAMETER ContinueOnError
        Goes on with whatever does not depend on a failed operation.
    .PARAMETER Background
        Returns a job at once, for Wait-Job, Receive-Job and Stop-Job.
    .PARAMETER NoOutput
        Keeps no output on the results.
    .PARAMETER KeepRecords
        How many records of an operation are kept on its result; the first and the last ones, when there are more.
    .PARAMETER RunDirectory
        The folder for the run's files; without it none are written.
    .PARAMETER RunName
        The run's name, in the progress, the job and the history.
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
    .OUTPUTS
        LabRunner.LabOperationResult, or a job with -Background.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabOperationResult', 'LabRunner.Commands.LabRunJob')]
    param(
        [Parameter(Position = 0, ValueFromPipeline)]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object[]] $Operations,

        [Alias('MaxParallelism', 'ThrottleLimit')]
        [Nullable[int]] $MaxConcurrency,

        [Nullable[int]] $Throttle,

        [switch] $ShowProgress,

        [LabRunner.LabProgressStyle] $ProgressStyle,

        [ValidateRange(0, [double]::MaxValue)]
        [double] $TimeoutMinutes,

        [ValidateRange(0, [double]::MaxValue)]
        [double] $RunTimeoutMinutes,

        [switch] $ContinueOnError,

        [switch] $Background,

        [switch] $NoOutput,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $KeepRecords,

        [Alias('JournalPath')]
        [string] $RunDirectory,

        [string] $RunName,

        [switch] $ThrowOnFailure
    )

    begin { $all = [System.Collections.Generic.List[object]]::new() }
    process { if ($null -ne $Operations) { $all.AddRange($Operations) } }
    end {
        $PSBoundParameters['Operations'] = $all.ToArray()
        LabRunner.Commands\Invoke-ParallelLabRunner @PSBoundParameters -Caller $PSCmdlet
    }
}
Export-ModuleMember -Function Invoke-ParallelLabRunner
