function Invoke-ArchiveDownload {
    <#
    .SYNOPSIS
        Downloads an archive and, with -Format, extracts it.
    .DESCRIPTION
        Without -Format the archive is written to -Destination, as a file. With -Format it is extracted into -Destination, as a
        folder: what was there stays, and files of the same name are replaced. Nothing of an archive appears there that could
        not be read to its end, and no entry of one is written anywhere else.

        A failed download is reported on the console but is not an error, unless -Required is given or -Format asks for what is in
        it.
    .PARAMETER Url
        The address. Alias: Uri.
    .PARAMETER Destination
        The file to write or, with -Format, the folder to extract to.
    .PARAMETER Format
        zip, tar, tar.gz or tgz.
    .PARAMETER Required
        Makes a download that fails a terminating error.
    .PARAMETER UseGh
        Downloads with gh api, for what needs to be signed in; see Get-GhDownloadArgs.
    .EXAMPLE
        Invoke-ArchiveDownload -Url 'https://example.com/tools.zip' -Destination ./Tools -Format zip
    .EXAMPLE
        Invoke-ArchiveDownload 'https://example.com/tools.zip' ./tools.zip -Required
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-ArchiveDownload.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Expand-All
    .LINK
        Get-GhDownloadArgs
    .LINK
        Invoke-LabDownload
    .LINK
        about_LabRunner_Providers
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('Uri')]
        [ValidateNotNullOrEmpty()]
        [string] $Url,

        [Parameter(Mandatory, Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $Destination,

        [ValidateSet('zip', 'tar', 'tar.gz', 'tgz')]
        [string] $Format,

        [switch] $Required,

        [switch] $UseGh
    )

    $target = Resolve-LabFilePath -Caller $PSCmdlet -Path $Destination
    $name = [System.IO.Path]::GetFileName($target)
    $file = $target
    if ($Format) {
        if ([System.IO.File]::Exists($target)) {
            $PSCmdlet.ThrowTerminatingError((New-LabError -Id InvalidValue -Message "'$target' is a file, and -Format asks for a folder to extract to." -Advice 'Name a folder.' -Target $target))
        }
        $file = [System.IO.Path]::Combine((Get-CrossPlatformTempPath), "archive_$([guid]::NewGuid()).$Format")
    }

    try {
        $failed = $null
        try {
            if ($UseGh) {
                $global:LASTEXITCODE = 0
                # gh writes to its output, which PowerShell would decode as text, so gh is asked to write the file itself.
                gh api $Url --output $file
                if ($global:LASTEXITCODE -ne 0) { $failed = "gh ended with exit code $global:LASTEXITCODE" }
            } else {
                Invoke-CallerWebRequest -Caller $PSCmdlet -Request @{ Uri = $Url; OutFile = $file; UseBasicParsing = $true }
            }
        } catch {
            $failed = "$_".Trim().TrimEnd('.') -creplace '^The ', 'the '
        }
        if ($failed) {
            Write-Host "Failed to download ${name}: $failed" -ForegroundColor Yellow
            if ($Required -or $Format) {
                $PSCmdlet.ThrowTerminatingError((New-LabError -Id DownloadFailed -Message "The download of '$Url' to '$target' failed: $failed." -Advice 'Check the address and the network.' -Target $Url -Category ResourceUnavailable))
            }
            return
        }

        if ($Format) {
            # Into a folder of its own first, so that nothing half-read appears in the destination.
            $fresh = "$file.d"
            try {
                $null = [System.IO.Directory]::CreateDirectory($fresh)
                if ($Format -eq 'zip') {
                    [System.IO.Compression.ZipFile]::ExtractToDirectory($file, $fresh)
                } else {
                    $source = [System.IO.File]::OpenRead($file)
                    try {
                        if ($Format -ne 'tar') { $source = [System.IO.Compression.GZipStream]::new($source, [System.IO.Compression.CompressionMode]::Decompress) }
                        [System.Formats.Tar.TarFile]::ExtractToDirectory($source, $fresh, $false)
                    } finally {
                        $source.Dispose()
                    }
                }
                $null = [System.IO.Directory]::CreateDirectory($target)
                foreach ($folder in [System.IO.Directory]::GetDirectories($fresh, '*', 'AllDirectories')) {
                    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($target, [System.IO.Path]::GetRelativePath($fresh, $folder)))
                }
                foreach ($entry in [System.IO.Directory]::GetFiles($fresh, '*', 'AllDirectories')) {
                    [System.IO.File]::Move($entry, [System.IO.Path]::Combine($target, [System.IO.Path]::GetRelativePath($fresh, $entry)), $true)
                }
            } catch {
                $PSCmdlet.ThrowTerminatingError((New-LabError -Id ArchiveUnreadable -Message "The archive from '$Url' cannot be extracted to '$target': $($_.Exception.GetBaseException().Message)" -Advice "Check that it is a whole $Format archive, and that the folder can be written to." -Target $Url -Category InvalidData -Inner $_.Exception))
            } finally {
                if ([System.IO.Directory]::Exists($fresh)) { [System.IO.Directory]::Delete($fresh, $true) }
            }
        }
    } finally {
        if ($Format -and [System.IO.File]::Exists($file)) { [System.IO.File]::Delete($file) }
    }
}
