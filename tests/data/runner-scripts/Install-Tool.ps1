# Leaves early when its flag is off; downloads and installs when it is on.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory, ValueFromPipeline)] [object] $Config)

Import-Module (Join-Path $env:PWSH_MODULES_PATH "LabRunner") -Force
Import-Module (Join-Path $env:PWSH_MODULES_PATH "Logging") -Force

Write-CustomLog "Starting $($MyInvocation.MyCommand.Name)"

Invoke-LabStep -Config $Config -Body {
    if ($Config.InstallTool -ne $true) {
        Write-CustomLog 'InstallTool is off'
        return
    }
    $dest = Join-Path $Config.Target 'tool.txt'
    Invoke-LabDownload -Uri 'https://example.com/tool.exe' -Prefix 'tool' -Extension '.exe' -Action {
        param($installer)
        if ($PSCmdlet.ShouldProcess($dest, 'Install')) { Copy-Item -Path $installer -Destination $dest }
    }
    Write-CustomLog 'Installed' -Level SUCCESS
}
