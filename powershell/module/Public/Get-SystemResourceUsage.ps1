function Get-SystemResourceUsage {
    <#
    .SYNOPSIS
        Tells how much of this machine is in use, and how much of that by this process.
    .DESCRIPTION
        Samples for 200 ms, because CPU usage can only be measured over an interval. In a container its limits are
        the totals.

        Gives Processors, CPUPercent, MemoryTotalGB, MemoryUsedGB, MemoryAvailableGB, MemoryPercent, DiskFreeGB (where runs
        leave their files), Workers, Threads and Handles of this process, and Processes: this one and those it has started,
        each with MemoryMB, CPUPercent (of one processor) and Running.
    .PARAMETER WindowMilliseconds
        How long to look; a longer time evens out peaks.
    .EXAMPLE
        Get-SystemResourceUsage
    .EXAMPLE
        $usage = Get-SystemResourceUsage -WindowMilliseconds 500
        if ($usage.MemoryPercent -gt 90) { 'Little memory is left.' }
        $usage.Processes | Sort-Object MemoryMB -Descending | Select-Object -First 3
    .OUTPUTS
        LabRunner.LabSystemUsage
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-SystemResourceUsage.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/scheduling.md
    .LINK
        Test-LabRunnerHealth
    .LINK
        Get-ActiveLabOperations
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabSystemUsage')]
    param(
        [Parameter(Position = 0)]
        [ValidateRange(0, 60000)]
        [int] $WindowMilliseconds
    )

    end { LabRunner.Commands\Get-SystemResourceUsage @PSBoundParameters -Caller $PSCmdlet }
}
