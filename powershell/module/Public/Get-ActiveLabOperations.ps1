function Get-ActiveLabOperations {
    <#
    .SYNOPSIS
        Tells what live runs are at, and why what waits is waiting.
    .DESCRIPTION
        Lists the operations that have not ended of all runs of this process: those of jobs, those of other runspaces, and,
        when an operation asks, those of its own run. Each has Run, Name, State (Waiting, Ready, Admitted, Running, Serving,
        Stopping or Backoff), Since (when its attempt began) and WaitingFor: the operations it depends on, a free slot,
        memory or another resource, a lock and who holds it, the pause before its next attempt, or an operation that has
        waited longer and for which is kept what both need.

        Of other processes only runs that are recorded in the same folder are listed: all runs of lab files and those with a name
        are, and others once they have lasted a second. Of a run of another process it is known where its operations are, but not what they
        wait for. ProcessId says whose an operation is.

        Nothing is returned when no run is live.
    .EXAMPLE
        $job = Invoke-ParallelLabRunner -Background -Operations @(
            @{ Name = 'migrate'; ScriptBlock = { Start-Sleep -Seconds 1 }; Lock = 'database' }
            @{ Name = 'backup'; ScriptBlock = { Start-Sleep -Seconds 1 }; Lock = 'database' }
        )
        Get-ActiveLabOperations
        $job | Wait-Job | Receive-Job
        $job | Remove-Job
    .OUTPUTS
        LabRunner.LabActiveOperation
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-ActiveLabOperations.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/scheduling.md
    .LINK
        Watch-LabRun
    .LINK
        Get-LabRun
    .LINK
        Get-LabStatus
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabActiveOperation')]
    param()

    end { LabRunner.Commands\Get-ActiveLabOperations @PSBoundParameters -Caller $PSCmdlet }
}
