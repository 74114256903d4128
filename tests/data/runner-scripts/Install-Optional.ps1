# Tells a hashtable from an object to find out whether a key is there, and takes one without the key for switched off.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory, ValueFromPipeline)] [object] $Config)

Import-Module (Join-Path $env:PWSH_MODULES_PATH "LabRunner") -Force
Import-Module (Join-Path $env:PWSH_MODULES_PATH "Logging") -Force

Write-CustomLog "Starting $($MyInvocation.MyCommand.Name)"

function Test-Key([object] $Table, [string] $Key) {
    if ($Table -is [hashtable]) { $Table.ContainsKey($Key) } else { $Table.PSObject.Properties.Match($Key).Count -gt 0 }
}

Invoke-LabStep -Config $Config -Body {
    if (-not (Test-Key $Config 'Node_Dependencies') -or -not (Test-Key $Config.Node_Dependencies 'InstallNpm') -or -not $Config.Node_Dependencies.InstallNpm) {
        Write-CustomLog 'InstallNpm flag is disabled. Skipping'
        return
    }
    Invoke-LabNpm install --prefix $Config.Node_Dependencies.NpmPath
}
