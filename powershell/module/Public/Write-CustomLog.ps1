# A fallback: Import-ModuleFunction leaves it out where the session has another command of this name.
function Write-CustomLog {
    <#
    .SYNOPSIS
        Writes a line to the console log, in sessions that have no logger of their own.
    .DESCRIPTION
        A fallback for the command of the same name in the Logging module. It exists only where no Write-CustomLog was
        there when LabRunner was imported; when Logging is imported later, every call is handed on to it.

        A line has the time and the level. Which levels are shown is said by the environment variable
        LAB_CONSOLE_LEVEL: '0' or 'SILENT' shows errors only, '2' or 'DEBUG' shows everything, all else shows everything
        but DEBUG, TRACE and VERBOSE. Without it the setting LogLevel decides (see Get-LabRunnerConfiguration). Nothing is
        written to a file.
    .PARAMETER Message
        The text.
    .PARAMETER Level
        ERROR, WARN or WARNING, INFO, SUCCESS, DEBUG, TRACE or VERBOSE.
    .PARAMETER Source
        Who writes it.
    .PARAMETER Context
        Values that belong to it; shown as name=value.
    .PARAMETER AdditionalData
        More of them.
    .PARAMETER Category
        A word that groups lines.
    .PARAMETER EventId
        A number for the kind of event.
    .PARAMETER NoConsole
        Shows nothing on the console.
    .PARAMETER NoFile
        Writes nothing to the log file; this fallback never does.
    .PARAMETER Exception
        The exception behind it; its message is shown.
    .EXAMPLE
        Write-CustomLog 'Creating the virtual switch'
    .EXAMPLE
        Write-CustomLog -Level WARNING -Message 'The image is older than 90 days' -Context @{ Image = 'server-2025' }
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Write-CustomLog.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Write-ProgressLog
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [AllowEmptyString()]
        [string] $Message,

        [Parameter(Position = 1)]
        [ValidateSet('ERROR', 'WARN', 'WARNING', 'INFO', 'SUCCESS', 'DEBUG', 'TRACE', 'VERBOSE')]
        [string] $Level = 'INFO',

        [Parameter(Position = 2)]
        [string] $Source,

        [Parameter(Position = 3)]
        [hashtable] $Context,

        [Parameter(Position = 4)]
        [hashtable] $AdditionalData,

        [Parameter(Position = 5)]
        [string] $Category,

        [Parameter(Position = 6)]
        [int] $EventId,

        [switch] $NoConsole,

        [switch] $NoFile,

        [Parameter(Position = 7)]
        [System.Exception] $Exception
    )

    $name = $Level.ToUpperInvariant()
    if ($name -eq 'WARNING') { $name = 'WARN' }

    $logging = Get-Module -Name Logging
    if ($logging -and $logging.ExportedCommands.ContainsKey('Write-CustomLog')) {
        if ($PSBoundParameters.ContainsKey('Level')) { $PSBoundParameters['Level'] = $name }
        & $logging.ExportedCommands['Write-CustomLog'] @PSBoundParameters
        return
    }

    # What the script has asked for, else LAB_CONSOLE_LEVEL, else the module's own setting.
    $asked = switch ($PSCmdlet.SessionState.PSVariable.GetValue('LabVerbosity')) { 'silent' { '0' } 'detailed' { '2' } 'normal' { '1' } default { $env:LAB_CONSOLE_LEVEL } }
    $wanted = switch ($asked) {
        { $_ -in '2', 'DEBUG', 'TRACE', 'VERBOSE' } { 'VERBOSE'; break }
        { $_ -in '0', 'SILENT' } { 'ERROR'; break }
        { $_ } { 'INFO'; break }
        default { [LabRunner.LabRunnerConfiguration]::CurrentLogLevel }
    }
    $order = @{ ERROR = 0; WARN = 1; INFO = 2; SUCCESS = 2; DEBUG = 3; TRACE = 4; VERBOSE = 5 }
    if ($NoConsole -or $order[$name] -gt $order[$wanted]) {
        return
    }

    $text = "[$([datetime]::Now.ToString('yyyy-MM-dd HH:mm:ss'))] [$name] "
    if ($Source) { $text += "[$Source] " }
    $text += $Message
    foreach ($values in $Context, $AdditionalData) {
        if ($values) {
            foreach ($key in $values.Keys) { $text += " $key=$($values[$key])" }
        }
    }
    if ($Exception) { $text += " ($($Exception.Message))" }

    $colour = switch ($name) {
        'ERROR' { 'Red' }
        'WARN' { 'Yellow' }
        'SUCCESS' { 'Green' }
        'INFO' { 'Cyan' }
        default { 'DarkGray' }
    }
    Write-Host $text -ForegroundColor $colour
}
