# Can be dot-sourced without the module LabRunner. Unlike the module's command of this name, it ends with an error where
# there is no file, and adds the folders of the project to what it returns.

function Get-LabConfig {
    <#
    .SYNOPSIS
        Reads a lab's configuration, JSON or YAML, and adds the folders of the project.
    .DESCRIPTION
        Returns an object with the configuration and, as Directories, what the configuration has there and RepoRoot,
        RunnerScripts, UtilityScripts, ConfigFiles and InfraRepo where it has none of its own. YAML is read by the module
        LabRunner beside this file.
    .PARAMETER Path
        The file; default-config.json in the folder above this one's parent when left out.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [Alias('ConfigPath')]
        [string] $Path
    )

    $root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
    $file = if ($Path) { $PSCmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path) } else { [System.IO.Path]::Combine($root, 'default-config.json') }
    if (-not [System.IO.File]::Exists($file)) { throw "Config file not found at $file" }
    try {
        if ($file -match '\.ya?ml$') {
            $module = Import-Module -Name "$PSScriptRoot/LabRunner.psd1" -PassThru -Scope Local -ErrorAction Stop
            # An object of its own, as ConvertFrom-Json gives.
            $config = ConvertFrom-Json -InputObject (ConvertTo-Json -InputObject (& $module.ExportedFunctions['Get-LabConfig'] -Path $file -ErrorAction Stop) -Depth 50)
        } else {
            $config = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file)) -ErrorAction Stop
        }
        if ($config -isnot [pscustomobject]) { throw 'it holds no names with values' }
    } catch {
        throw "Failed to parse config file ${file}: $($_.Exception.Message)"
    }

    $folders = [ordered]@{
        RepoRoot = $root
        RunnerScripts = [System.IO.Path]::Combine($root, 'aither-core', 'scripts')
        UtilityScripts = $PSScriptRoot
        ConfigFiles = [System.IO.Path]::Combine($root, 'configs')
        InfraRepo = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), 'base-infra')
    }
    if ($config.PSObject.Properties['InfraRepoPath'] -and $config.InfraRepoPath) { $folders.InfraRepo = $config.InfraRepoPath }
    $own = $config.PSObject.Properties['Directories']
    if ($own -and $own.Value) { foreach ($entry in $own.Value.PSObject.Properties) { $folders[$entry.Name] = $entry.Value } }
    Add-Member -InputObject $config -MemberType NoteProperty -Name Directories -Value ([pscustomobject] $folders) -Force
    $config
}
