function Get-LabRunOutput {
    <#
    .SYNOPSIS
        Gets what the operations of a recorded run wrote: records of all streams, and the lines of programs.
    .DESCRIPTION
        Takes runs from Get-LabRun, or the report of a run. Without any it is the last recorded run. Secrets are masked. Of an
        operation that writes more than 10 MB the first and the last part are kept, and what it puts out is kept as short text:
        text and numbers as they are, other objects on one line, the first and the last thousand of them.
    .PARAMETER Operation
        Only what these operations wrote; wildcards are allowed.
    .PARAMETER Stream
        Only what was written to these streams. The standard output of programs is Output, their standard error is Error.
    .PARAMETER Last
        Only the last records, at most this many.
    .PARAMETER Follow
        Goes on with what is written until the run ends. Ctrl+C stops it; the run goes on.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run, or an archive of it; it comes with a run from the pipeline. Alias: RunDirectory.
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'greeting' -Operations @{ Name = 'greet'; ScriptBlock = { Write-Host 'cold here'; 'hello' } }
        Get-LabRunOutput
        Get-LabRun greeting -Last 1 | Get-LabRunOutput -Stream Information, Error
    .EXAMPLE
        $job = Invoke-ParallelLabRunner -RunName 'background' -Background -Operations @{ Name = 'count'; ScriptBlock = { 1..3 } }
        Get-LabRun background -Last 1 | Get-LabRunOutput -Follow
        $job | Wait-Job | Remove-Job
    .OUTPUTS
        LabRunner.LabRunOutput: Time, Operation, Attempt, Stream, Text and IsProgram.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabRunOutput.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/runs.md
    .LINK
        Get-LabRun
    .LINK
        Get-LabRunOperation
    .LINK
        Watch-LabRun
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabRunOutput')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ [LabRunner.LabRunOperationCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $Operation,

        [ValidateSet('Output', 'Error', 'Warning', 'Verbose', 'Debug', 'Information')]
        [string[]] $Stream,

        [ValidateRange(1, [int]::MaxValue)]
        [Nullable[int]] $Last,

        [switch] $Follow,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory
    )

    process { LabRunner.Commands\Get-LabRunOutput @PSBoundParameters -Caller $PSCmdlet }
}
