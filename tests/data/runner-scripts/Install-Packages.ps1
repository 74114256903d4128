# Calls a function of the script from its body, and npm.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory, ValueFromPipeline)] [object] $Config)

Import-Module (Join-Path $env:PWSH_MODULES_PATH "LabRunner") -Force
Import-Module (Join-Path $env:PWSH_MODULES_PATH "Logging") -Force

Write-CustomLog "Starting $($MyInvocation.MyCommand.Name)"

function Install-Packages {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [object] $Config)

    $node = $Config.Node_Dependencies
    if (-not $node) { Write-CustomLog 'Nothing to install'; return }
    foreach ($package in $node.Packages) { Invoke-LabNpm install -g $package }
}

Invoke-LabStep -Config $Config -Body { Install-Packages -Config $Config }
