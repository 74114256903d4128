function Expand-All {
    <#
    .SYNOPSIS
        Extracts one ZIP archive, or every one below the current folder.
    .DESCRIPTION
        Each archive goes into a folder of its own name beside it: what was there stays, and files of the same name are
        replaced. Asks first, unless -Force is given; where no one can answer, nothing is extracted. An archive that cannot be
        extracted is an error that names it, and does not keep the others from being extracted; nothing of it appears. One
        that would write outside of its folder, or that is a bomb, is such an archive.

        A function, an alias or a mock with the name Expand-Archive is called instead.
    .PARAMETER ZipFile
        The archive; all archives below the current folder when left out.
    .PARAMETER Force
        Does not ask.
    .EXAMPLE
        Expand-All -Force

        Extracts every archive below the current folder.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Expand-All.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-ArchiveDownload
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [string] $ZipFile,

        [switch] $Force
    )

    $extract = {
        param([string] $Archive, [string] $Destination)
        Write-LabLog "Expanding archive: $Archive to $Destination"
        if (Test-OwnExpandArchive) {
            if ($fault = Expand-LabArchive -Source $Archive -Target $Destination -Format zip) {
                $PSCmdlet.WriteError((New-LabError -Id ArchiveUnreadable -Message $fault.Exception.Message -Advice $fault.ErrorDetails.RecommendedAction -Target $Archive -Category InvalidData))
            }
            return
        }
        $isNew = -not [System.IO.Directory]::Exists($Destination)
        try {
            # The parameter is a pattern: a bracket in a name must be one.
            Expand-Archive -Path ([System.Management.Automation.WildcardPattern]::Escape($Archive)) -DestinationPath $Destination -Force -ErrorAction Stop
        } catch {
            if ($isNew -and [System.IO.Directory]::Exists($Destination)) { [System.IO.Directory]::Delete($Destination, $true) }
            $PSCmdlet.WriteError((New-LabError -Id ArchiveUnreadable -Message "The archive '$Archive' cannot be extracted: $($_.Exception.Message)" -Advice 'Check that it is a ZIP file, and whole.' -Target $Archive -Category InvalidData -Inner $_.Exception))
        }
    }

    if ($ZipFile) {
        $archive = Resolve-LabFilePath -Caller $PSCmdlet -Path $ZipFile
        if (-not [System.IO.File]::Exists($archive)) {
            Write-LabLog "File '$ZipFile' does not exist."
            return
        }
        Write-LabLog "Specified ZIP file: $ZipFile"
        if (-not $Force -and (Read-LoggedInput 'Do you want to expand this archive? (y/n)') -ne 'y') {
            Write-LabLog 'Operation canceled.'
            return
        }
        & $extract $archive ([System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($archive), [System.IO.Path]::GetFileNameWithoutExtension($archive)))
        Write-LabLog 'Archive expanded.'
        return
    }

    $folder = Get-Location
    Write-LabLog "Current Directory: $folder"
    if (-not $Force -and (Read-LoggedInput 'Do you want to expand all archives in this directory and its subdirectories? (y/n)') -ne 'y') {
        Write-LabLog 'Operation canceled.'
        return
    }
    foreach ($file in @(Get-ChildItem -Path $folder -Recurse -Filter *.zip)) {
        & $extract $file.FullName ([System.IO.Path]::Combine("$($file.DirectoryName)", "$($file.BaseName)"))
    }
    Write-LabLog 'All archives expanded.'
}
