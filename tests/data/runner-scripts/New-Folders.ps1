# Makes the folders of its configuration, nested values and all.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory, ValueFromPipeline)] [object] $Config)

Import-Module (Join-Path $env:PWSH_MODULES_PATH "LabRunner") -Force
Import-Module (Join-Path $env:PWSH_MODULES_PATH "Logging") -Force

Write-CustomLog "Starting $($MyInvocation.MyCommand.Name)"

Invoke-LabStep -Config $Config -Body {
    foreach ($entry in $Config.Directories.PSObject.Properties) {
        if (-not (Test-Path $entry.Value)) { $null = New-Item -ItemType Directory -Path $entry.Value -Force }
    }
}
