function Get-LabStatus {
    <#
    .SYNOPSIS
        Tells what is known of labs: their last runs, and whether this machine can run them.
    .DESCRIPTION
        Without a name: Timestamp, Platform, ConfigurationLoaded (whether configs/lab_config.yaml is there and can be read),
        ParallelSupport, and Labs with the last run of every lab that was run here.

        With a name: the status of that lab's last run - Running, Succeeded, PartiallySucceeded, Failed, Canceled, or
        Unknown when its process has gone without an end - or NotFound when it was never run. A lab that is not known is
        no error.
    .PARAMETER LabName
        One lab.
    .PARAMETER IncludeHistory
        Adds all runs that are known, the newest first.
    .PARAMETER Detailed
        Adds ParallelSupportDetails, and the default configuration where there is one.
    .EXAMPLE
        Get-LabStatus
    .EXAMPLE
        (Get-LabStatus -LabName 'WebTier-Lab' -IncludeHistory).Status
    .OUTPUTS
        LabRunner.LabStatusReport, or LabRunner.LabStatus with -LabName; both are hashtables.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabStatus.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/results.md
    .LINK
        Get-LabRun
    .LINK
        Get-ActiveLabOperations
    .LINK
        Get-LabPerformance
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabStatusReport', 'LabRunner.LabStatus')]
    param(
        [Parameter(Position = 0)]
        [ArgumentCompleter({ [LabRunner.LabNameCompleter]::new().Complete($args) })]
        [string] $LabName,

        [switch] $IncludeHistory,

        [switch] $Detailed
    )

    end { LabRunner.Commands\Get-LabStatus @PSBoundParameters -Caller $PSCmdlet }
}
