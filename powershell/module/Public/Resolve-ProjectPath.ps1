function Resolve-ProjectPath {
    <#
    .SYNOPSIS
        Finds a file of the project: by its path from the project's folder, or by its name.
    .DESCRIPTION
        With a relative path, gives that path below the project's folder; it need not exist. The project's folder is
        PROJECT_ROOT where that is set, else the closest folder above the module that holds aither-core, else the folder above
        the module's parent.

        With -Name, looks for a file. An index called path-index.yaml in the root, with lines 'key: path', comes first: a
        key that is the name, or ends in it. Then the files below the root are searched. Nothing is returned when there is none.
    .PARAMETER RelativePath
        The path from the project's folder. Alias: Path.
    .PARAMETER Name
        The name of a file.
    .PARAMETER Root
        The folder to search; the project's folder when left out.
    .EXAMPLE
        Resolve-ProjectPath 'configs/lab_config.yaml'
    .EXAMPLE
        Set-Content -Path ./Deploy.ps1 -Value "'deployed'"
        Resolve-ProjectPath -Name 'Deploy.ps1' -Root .
    .OUTPUTS
        System.String
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Resolve-ProjectPath.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Get-LabConfig
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(DefaultParameterSetName = 'RelativePath')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'RelativePath')]
        [Alias('Path')]
        [ValidateNotNullOrEmpty()]
        [string] $RelativePath,

        [Parameter(Mandatory, ParameterSetName = 'Name')]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(ParameterSetName = 'Name')]
        [string] $Root
    )

    if ($Root) {
        $folder = Resolve-LabFilePath -Caller $PSCmdlet -Path $Root
    } elseif ($env:PROJECT_ROOT) {
        $folder = $env:PROJECT_ROOT
    } else {
        # Not $PSScriptRoot: a function of the module has no file.
        $here = $ExecutionContext.SessionState.Module.ModuleBase
        $folder = $here
        while ($folder -and -not [System.IO.Directory]::Exists([System.IO.Path]::Combine($folder, 'aither-core'))) {
            $folder = [System.IO.Path]::GetDirectoryName($folder)
        }
        if (-not $folder) { $folder = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($here, '..', '..')) }
    }

    if ($PSCmdlet.ParameterSetName -eq 'RelativePath') {
        return [System.IO.Path]::Combine($folder, $RelativePath)
    }
    if (-not [System.IO.Directory]::Exists($folder)) { return }

    $index = [System.IO.Path]::Combine($folder, 'path-index.yaml')
    if ([System.IO.File]::Exists($index)) {
        $entries = foreach ($line in [System.IO.File]::ReadAllLines($index)) {
            if ($line -match '^\s*(?<key>[^#:\s][^:]*?)\s*:\s+(?<path>[^#]+?)\s*(#.*)?$') {
                [pscustomobject]@{ Key = $Matches.key.Trim('''"'); Path = $Matches.path.Trim('''"') }
            }
        }
        foreach ($match in { $_.Key -eq $Name }, { [System.IO.Path]::GetFileName($_.Key) -eq $Name }) {
            $entry = @($entries | Where-Object $match)[0]
            if ($entry) { return [System.IO.Path]::Combine($folder, $entry.Path) }
        }
    }

    # A folder that may not be looked into is passed over, and so is one that leads back up.
    $options = [System.IO.EnumerationOptions]@{ RecurseSubdirectories = $true; IgnoreInaccessible = $true; AttributesToSkip = 'ReparsePoint'; MatchCasing = 'CaseInsensitive'; MatchType = 'Simple' }
    foreach ($file in [System.IO.Directory]::EnumerateFiles($folder, $Name, $options)) { return $file }
}
