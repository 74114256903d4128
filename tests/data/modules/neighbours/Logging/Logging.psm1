. "$PSScriptRoot/../CallRecord.ps1"

function Write-CustomLog {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [AllowEmptyString()] [string] $Message,
        [Parameter(Position = 1)] [ValidateSet('ERROR', 'WARN', 'INFO', 'SUCCESS', 'DEBUG', 'TRACE', 'VERBOSE')] [string] $Level = 'INFO',
        [Parameter(Position = 2)] [string] $Source,
        [Parameter(Position = 3)] [hashtable] $Context,
        [Parameter(Position = 4)] [hashtable] $AdditionalData,
        [Parameter(Position = 5)] [string] $Category,
        [Parameter(Position = 6)] [int] $EventId,
        [switch] $NoConsole,
        [switch] $NoFile,
        [Parameter(Position = 7)] [System.Exception] $Exception
    )
    Write-Call $MyInvocation $PSBoundParameters
}

function Initialize-LoggingSystem {
    [CmdletBinding()]
    param([string] $LogPath, [string] $LogLevel, [string] $ConsoleLevel, [switch] $EnableTrace, [switch] $EnablePerformance, [switch] $Force)
    Write-Call $MyInvocation $PSBoundParameters
}
