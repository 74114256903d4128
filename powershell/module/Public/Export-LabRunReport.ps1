function Export-LabRunReport {
    <#
    .SYNOPSIS
        Writes a report of a run: what failed and why, what decided the time, and what operations waited for.
    .DESCRIPTION
        The report is made from the record of the run, so it can be made at any time, also while the run is under way; it then says as of when. Without
        a run it is about the last one.

        Html is one page that needs nothing else: the summary first, then a timeline, the graph, the critical path, and the output and errors of each operation. What
        operations wrote beyond 1 MiB lies in a folder beside it. Markdown is for a comment on a pull request, Json has all that is known for other programs, JUnit is what build servers read, Mermaid draws the graph
        of up to about 500 dependencies, and ChromeTrace is opened by https://ui.perfetto.dev with a row for each slot.

        With -Compare the report shows several runs side by side: what ended well in one and not in another, and which operations took longer, the biggest loss first. The newest of these runs
        is compared with the median of the others. Html, Markdown and Json can do that.
    .PARAMETER Path
        The file to write, or a folder for a file with the run's name and id; the current location when left out.
    .PARAMETER Format
        The format. When left out, the ending of the file decides: .html, .md, .json, .xml, .mmd or .trace.json; otherwise it is Html.
    .PARAMETER Name
        The name of the run; the newest one counts. Wildcards are allowed.
    .PARAMETER Last
        The newest runs, this many, each with a report of its own. Path is a folder then.
    .PARAMETER Compare
        The ids of runs to show beside it, or their beginnings. The run itself may be among them.
    .PARAMETER Force
        Overwrites a file that is there.
    .PARAMETER NoInlineScript
        Puts the script and the style of a page into the folder beside it. Some viewers of build servers show pages, but run no script within them.
    .PARAMETER Open
        Opens the report with the program that the system has for such files.
    .PARAMETER Id
        The id of the run, or its beginning. Alias: RunId.
    .PARAMETER Directory
        The folder of the run, or an exported archive; it comes with a run from the pipeline. Alias: RunDirectory.
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'nightly' -Operations @{ Name = 'check'; ScriptBlock = { 'all is well' } }
        Export-LabRunReport ./nightly.html -Name nightly -Force

        Writes the page of the newest run with this name; -Open also shows it.
    .EXAMPLE
        Get-LabRun -Last 1 | Export-LabRunReport ./junit.xml -Force

        Writes the last run as a build server reads it.
    .EXAMPLE
        1..2 | ForEach-Object { Invoke-ParallelLabRunner -RunName 'daily' -Operations @{ Name = 'check'; ScriptBlock = { 'all is well' } } }
        Export-LabRunReport ./daily.html -Name daily -Compare (Get-LabRun daily -Last 2).Id -Force

        Writes the last two runs of this name side by side.
    .OUTPUTS
        System.IO.FileInfo
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Export-LabRunReport.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/reports.md
    .LINK
        Get-LabRun
    .LINK
        Get-LabPerformance
    .LINK
        Export-LabRun
    .LINK
        about_LabRunner_Reports
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Position = 0)]
        [string] $Path,

        [ValidateSet('Html', 'Markdown', 'Json', 'JUnit', 'Mermaid', 'ChromeTrace')]
        [string] $Format,

        [ArgumentCompleter({ [LabRunner.LabRunNameCompleter]::new().Complete($args) })]
        [SupportsWildcards()]
        [string[]] $Name,

        [ValidateRange(1, [int]::MaxValue)]
        [Nullable[int]] $Last,

        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Compare,

        [switch] $Force,

        [switch] $NoInlineScript,

        [switch] $Open,

        [Alias('RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string[]] $Id,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory
    )

    process { LabRunner.Commands\Export-LabRunReport @PSBoundParameters -Caller $PSCmdlet }
}
