# Compares the platform in the way that passes -eq to the command.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory, ValueFromPipeline)] [object] $Config)

Import-Module (Join-Path $env:PWSH_MODULES_PATH "LabRunner") -Force
Import-Module (Join-Path $env:PWSH_MODULES_PATH "Logging") -Force

Write-CustomLog "Starting $($MyInvocation.MyCommand.Name)"

Invoke-LabStep -Config $Config -Body {
    if ($Config.Enabled -eq $true) {
        if (Get-Platform -eq 'Amiga') {
            Set-AmigaAdapter
        } else {
            Write-CustomLog 'Not supported on this platform' -Level 'WARN'
        }
    }
}
