function Get-GhDownloadArgs {
    <#
    .SYNOPSIS
        Tells whether downloads from GitHub can use its command line program.
    .DESCRIPTION
        Gives a hashtable to splat to Invoke-ArchiveDownload: @{ UseGh = $true } where gh is installed and signed in, else
        an empty one.
    .EXAMPLE
        $arguments = Get-GhDownloadArgs
        $arguments.ContainsKey('UseGh')
    .OUTPUTS
        System.Collections.Hashtable
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-GhDownloadArgs.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-ArchiveDownload
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()

    if (-not (Get-Command -Name gh -ErrorAction Ignore)) { return @{} }
    $before = $global:LASTEXITCODE
    $global:LASTEXITCODE = 0
    try {
        gh auth status --hostname github.com *> $null
        if ($global:LASTEXITCODE -eq 0) { return @{ UseGh = $true } }
    } catch {
        Write-Verbose "gh: $_"
    } finally {
        $global:LASTEXITCODE = $before
    }
    Write-Host 'gh is not signed in; the public download addresses are used.' -ForegroundColor Yellow
    @{}
}
