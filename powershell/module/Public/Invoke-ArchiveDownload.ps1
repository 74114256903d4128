function Invoke-ArchiveDownload {
    <#
    .SYNOPSIS
        Downloads an archive and, with -Format, extracts it.
    .DESCRIPTION
        Without -Format the archive is written to -Destination, as a file. With -Format it is extracted into -Destination, as a
        folder: what was there stays, and files of the same name are replaced. Nothing of an archive appears there that could
        not be read to its end, and one with an entry that would be written anywhere else is refused.

        A failed download is reported on the console but is not an error, unless -Required is given or -Format asks for what is in
        it.
    .PARAMETER Url
        The address. Alias: Uri.
    .PARAMETER Destination
        The file to write or, with -Format, the folder to extract to.
    .PARAMETER Format
        zip, tar, tar.gz, tgz, tar.xz, tar.zst, tar.bz2 or 7z.
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

        [ValidateSet('zip', 'tar', 'tar.gz', 'tgz', 'tar.xz', 'tar.zst', 'tar.bz2', '7z')]
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
            if ($fault = Expand-LabArchive -Source $file -Target $target -Format ($Format -creplace '^tgz$', 'tar.gz')) {
                # What was downloaded has a name that tells nobody anything.
                $PSCmdlet.ThrowTerminatingError((New-LabError -Id ArchiveUnreadable -Message $fault.Exception.Message.Replace("'$file'", "'$Url'") -Advice $fault.ErrorDetails.RecommendedAction -Target $Url -Category InvalidData))
            }
        }
    } finally {
        if ($Format -and [System.IO.File]::Exists($file)) { [System.IO.File]::Delete($file) }
    }
}
