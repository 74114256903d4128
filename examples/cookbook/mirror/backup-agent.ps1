# Copies what its settings name to a folder for the day.
[CmdletBinding(SupportsShouldProcess)]
param([string] $To = 'backups')

$settings = Get-Content -Raw -LiteralPath "$PSScriptRoot/backup-agent.json" | ConvertFrom-Json
foreach ($folder in $settings.folders) {
    if ($PSCmdlet.ShouldProcess($folder, "Copy to $To")) {
        Copy-Item -LiteralPath $folder -Destination (New-Item -ItemType Directory -Path "$To/$(Get-Date -Format yyyy-MM-dd)" -Force) -Recurse
    }
}
"agent $($settings.version), $(@($settings.folders).Count) folders"
