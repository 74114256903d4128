# The full path of a file that the caller named; it need not exist. Brackets in it are brackets.
function Resolve-LabFilePath {
    param(
        [System.Management.Automation.PSCmdlet] $Caller,
        [string] $Path
    )

    $provider = $drive = $null
    try {
        $full = $Caller.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path, [ref] $provider, [ref] $drive)
    } catch {
        # PowerShell refuses a path with more '..' than there are folders; the system stops at the root.
        if ([System.IO.Path]::IsPathFullyQualified($Path)) { return [System.IO.Path]::GetFullPath($Path) }
        $Caller.ThrowTerminatingError((New-LabError -Id FileUnreadable -Message "'$Path' is not a path of a file: $($_.Exception.GetBaseException().Message)" -Advice 'Check the drive and the spelling.' -Target $Path -Category ObjectNotFound))
    }
    if ($provider.Name -ne 'FileSystem') {
        $Caller.ThrowTerminatingError((New-LabError -Id FileUnreadable -Message "'$Path' belongs to the provider $($provider.Name), not to the file system." -Advice 'Name a file.' -Target $Path))
    }
    $full
}
