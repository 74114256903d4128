function Invoke-LabDownload {
    <#
    .SYNOPSIS
        Downloads a file, hands it to a script block, and removes it.
    .DESCRIPTION
        The file is written to the temporary folder under a name of its own and handed to -Action, which runs in the caller's
        session: it sees the caller's variables and functions. Afterwards it is removed, whatever came of it.

        With -OutputPath the file is kept there. It appears under that name only once all of it is there.
    .PARAMETER Uri
        The address. Alias: Url.
    .PARAMETER Action
        What to do with the file; gets its path.
    .PARAMETER Prefix
        The beginning of the temporary file's name.
    .PARAMETER Extension
        Its extension; that of the address when left out.
    .PARAMETER OutputPath
        Where to keep the file.
    .EXAMPLE
        Invoke-LabDownload -Uri 'https://example.com/setup.msi' -Prefix 'setup' -Action {
            param($Path)
            "installing $([System.IO.Path]::GetExtension($Path)) package"
        }
    .EXAMPLE
        Invoke-LabDownload -Url 'https://example.com/image.iso' -OutputPath ./image.iso
    .OUTPUTS
        What the action writes.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-LabDownload.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-LabWebRequest
    .LINK
        Invoke-ArchiveDownload
    .LINK
        about_LabRunner_Providers
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('Url')]
        [ValidateNotNullOrEmpty()]
        [string] $Uri,

        [Parameter(Position = 1)]
        [scriptblock] $Action,

        [string] $Prefix = 'download',

        [string] $Extension,

        [string] $OutputPath
    )

    if ($null -eq $Action -and -not $OutputPath) {
        $PSCmdlet.ThrowTerminatingError((New-LabError -Id MissingWork -Message "Nothing is to be done with the download of '$Uri'." -Advice 'Give it an -Action { param($Path) … }, or an -OutputPath to keep it.' -Target $Uri))
    }
    $bad = [System.IO.Path]::GetInvalidFileNameChars()
    if ($Prefix.IndexOfAny($bad) -ge 0) {
        $PSCmdlet.ThrowTerminatingError((New-LabError -Id InvalidValue -Message "The prefix '$Prefix' cannot be part of a file name." -Advice 'Leave out separators and other special characters.' -Target $Prefix))
    }
    $ending = $Extension
    if (-not $ending) {
        # The address without its query and fragment.
        $ending = [System.IO.Path]::GetExtension($Uri.Split([char[]] '?#')[0])
        if ($ending.IndexOfAny($bad) -ge 0 -or $ending.Length -gt 16) { $ending = '' }
    } elseif (-not $ending.StartsWith('.')) {
        $ending = ".$ending"
    }

    $folder = Get-CrossPlatformTempPath
    $target = $null
    if ($OutputPath) {
        $target = Resolve-LabFilePath -Caller $PSCmdlet -Path $OutputPath
        $folder = [System.IO.Path]::GetDirectoryName($target)
        if ([System.IO.Directory]::Exists($target)) {
            $PSCmdlet.ThrowTerminatingError((New-LabError -Id InvalidValue -Message "'$target' is a folder." -Advice 'Name the file to write.' -Target $target))
        }
        if (-not [System.IO.Directory]::Exists($folder)) {
            $PSCmdlet.ThrowTerminatingError((New-LabError -Id FileUnreadable -Message "The folder '$folder' does not exist." -Advice 'Make it first.' -Target $folder -Category ObjectNotFound))
        }
    }
    # Beside its target, so that moving it there is one step.
    $path = [System.IO.Path]::Combine($folder, "${Prefix}_$([guid]::NewGuid())$ending")
    Write-LabLog "Downloading $Uri to $(if ($target) { $target } else { $path })"

    try {
        Invoke-LabWebRequest -Uri $Uri -OutFile $path -UseBasicParsing -Caller $PSCmdlet
        $result = $path
        if ($target -and [System.IO.File]::Exists($path)) {
            [System.IO.File]::Move($path, $target, $true)
            $result = $target
        }
        if ($null -ne $Action) { & $Action $result }
    } finally {
        Remove-Item -LiteralPath $path -Force -ErrorAction Ignore
    }
}
