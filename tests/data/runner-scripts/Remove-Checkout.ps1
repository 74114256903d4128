# Works in the temporary folder, with try, catch and finally in its body.
[CmdletBinding()]
param([Parameter()] [object] $Config)

Import-Module (Join-Path $env:PWSH_MODULES_PATH "LabRunner") -Force
Import-Module (Join-Path $env:PWSH_MODULES_PATH "Logging") -Force

Write-CustomLog "Starting $($MyInvocation.MyCommand.Name)"

Invoke-LabStep -Config $Config -Body {
    Push-Location -Path (Get-CrossPlatformTempPath)
    try {
        $name = ($Config.RepoUrl -split '/')[-1] -replace '\.git$', ''
        $path = Join-Path $Config.LocalPath $name
        if (Test-Path $path) {
            Write-CustomLog "Removing '$path'"
            Remove-Item -Recurse -Force -Path $path -ErrorAction Stop
        } else {
            Write-CustomLog "'$path' is not there"
        }
    } catch {
        Write-CustomLog -Level 'ERROR' -Message "Failed: $($_.Exception.Message)"
        throw
    } finally {
        Pop-Location
    }
}

Write-CustomLog "Completed $($MyInvocation.MyCommand.Name)"
