# Writes a line with the logger that the session has now: the one of the import may have gone since. Where there is none, and
# where it fails, the line is written as the module's own Write-CustomLog writes it: what is logged is often an error, which
# must reach the user whatever becomes of the log.
function Write-LabLog {
    param([string] $Message, [string] $Level = 'INFO')

    if ($Level -ne 'ERROR' -and (Get-LabVerbosity) -eq 'silent') { return }
    # Not Get-Command, which would look through all modules of the machine for what is not there.
    if ($ExecutionContext.InvokeCommand.GetCommands('Write-CustomLog', 'Function, Alias, Cmdlet', $false)) {
        try {
            Write-CustomLog -Message $Message -Level $Level
            return
        } catch {
            Write-Verbose "Write-CustomLog failed: $_"
        }
    }
    # Set by Import-ModuleFunction; a stand-alone file has none.
    $own = Get-Variable -Name ownLog -Scope Script -ValueOnly -ErrorAction Ignore
    if ($own) { & $own -Message $Message -Level $Level } else { Write-Host "[$Level] $Message" }
}

# What the script that called has asked Initialize-StandardParameters for; nothing where it has not. $PSCmdlet is that of the
# function of the module, and looks where its caller does.
function Get-LabVerbosity {
    if ($PSCmdlet) { $PSCmdlet.SessionState.PSVariable.GetValue('LabVerbosity') }
}
