function Invoke-LabWebRequest {
    <#
    .SYNOPSIS
        Sends a web request; a failure is logged and goes on to the caller.
    .DESCRIPTION
        Calls Invoke-WebRequest, that of the caller where the caller has its own. A failure is logged with Write-CustomLog and
        is the caller's error, as it is. A file that a failed request left half-written is removed.
    .PARAMETER Uri
        The address. Alias: Url.
    .PARAMETER OutFile
        The file to write the answer to; the answer is returned when it is left out.
    .PARAMETER UseBasicParsing
        Accepted for scripts that pass it; it has no effect in PowerShell 7.
    .PARAMETER TimeoutSec
        How long to wait for the server, in seconds; Invoke-WebRequest's own limit when left out.
    .PARAMETER Caller
        The command on whose behalf it is sent; for commands of this module.
    .EXAMPLE
        Invoke-LabWebRequest -Uri 'https://example.com/tools.zip' -OutFile ./tools.zip -UseBasicParsing
    .EXAMPLE
        (Invoke-LabWebRequest -Uri 'https://example.com/').StatusCode
    .OUTPUTS
        What Invoke-WebRequest returns.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-LabWebRequest.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-LabDownload
    .LINK
        about_LabRunner_Providers
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('Url')]
        [ValidateNotNullOrEmpty()]
        [string] $Uri,

        [Parameter(Position = 1)]
        [string] $OutFile,

        [switch] $UseBasicParsing,

        [ValidateRange(1, [int]::MaxValue)]
        [int] $TimeoutSec,

        [Parameter(DontShow)]
        [System.Management.Automation.PSCmdlet] $Caller
    )

    if ($null -eq $Caller) { $Caller = $PSCmdlet }

    $file = $null
    if ($OutFile) {
        $file = Resolve-LabFilePath -Caller $PSCmdlet -Path $OutFile
        $before = [System.IO.File]::GetLastWriteTimeUtc($file)
        $existed = [System.IO.File]::Exists($file)
    }
    $request = @{}
    foreach ($key in 'Uri', 'OutFile', 'UseBasicParsing', 'TimeoutSec') {
        if ($PSBoundParameters.ContainsKey($key)) { $request[$key] = $PSBoundParameters[$key] }
    }
    try {
        Invoke-CallerWebRequest -Caller $Caller -Request $request
    } catch {
        if ($file -and [System.IO.File]::Exists($file) -and (-not $existed -or [System.IO.File]::GetLastWriteTimeUtc($file) -ne $before)) {
            [System.IO.File]::Delete($file)
        }
        Write-LabLog "Web request failed for ${Uri}: $_" 'ERROR'
        throw
    }
}
