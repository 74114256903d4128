# A logger to dot-source where there is no Logging module: it writes to a file as well as to the console.
#   LAB_LOG_DIR        the folder of lab.log; the temporary folder when it is not set
#   LAB_CONSOLE_LEVEL  0 or SILENT: warnings and errors; 1 or WARN: all but DEBUG, TRACE and VERBOSE; 2 or DEBUG: everything
# A script may set $script:LogFilePath or $script:ConsoleLevel itself.

function Write-CustomLog {
    <#
    .SYNOPSIS
        Writes a line to the log file and, as far as the console level says, to the console.
    .PARAMETER Message
        The text.
    .PARAMETER Level
        INFO, WARN or WARNING, ERROR, SUCCESS, DEBUG, TRACE or VERBOSE.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [AllowEmptyString()]
        [string] $Message,

        [Parameter(Position = 1)]
        [ValidateSet('INFO', 'WARN', 'WARNING', 'ERROR', 'SUCCESS', 'DEBUG', 'TRACE', 'VERBOSE')]
        [string] $Level = 'INFO'
    )

    $name = if ($Level -eq 'WARNING') { 'WARN' } else { $Level.ToUpperInvariant() }
    # Both may not be there, also under strict mode.
    $file = Get-Variable -Name LogFilePath -Scope Script -ValueOnly -ErrorAction Ignore
    if (-not $file) {
        $folder = if ($env:LAB_LOG_DIR) { $env:LAB_LOG_DIR } else { [System.IO.Path]::GetTempPath() }
        $file = [System.IO.Path]::Combine($folder, 'lab.log')
    }
    $console = Get-Variable -Name ConsoleLevel -Scope Script -ValueOnly -ErrorAction Ignore
    if ($null -eq $console) {
        $console = switch ("$env:LAB_CONSOLE_LEVEL".Trim()) {
            { $_ -in '0', 'SILENT' } { 0 }
            { $_ -in '2', 'DEBUG', 'TRACE', 'VERBOSE' } { 2 }
            default { 1 }
        }
    }

    $line = "$([datetime]::Now.ToString('yyyy-MM-dd HH:mm:ss')) $name $Message"
    try {
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName([System.IO.Path]::GetFullPath($file)))
        [System.IO.File]::AppendAllText($file, $line + [System.Environment]::NewLine)
    } catch {
        # A log that cannot be written must not end what is logged.
        Write-Warning "The log '$file' cannot be written: $($_.Exception.GetBaseException().Message)"
    }

    $least = switch ($name) {
        { $_ -in 'ERROR', 'WARN' } { 0 }
        { $_ -in 'DEBUG', 'TRACE', 'VERBOSE' } { 2 }
        default { 1 }
    }
    if ($least -le $console) {
        $colour = switch ($name) { 'ERROR' { 'Red' } 'WARN' { 'Yellow' } 'SUCCESS' { 'Green' } default { 'Gray' } }
        Write-Host $line -ForegroundColor $colour
    }
}

#include Private/Write-LabLog.ps1
#include Public/Read-LoggedInput.ps1
