# The full path of a file that the caller named; it need not exist. Brackets in it are brackets. What is not a path ends the
# caller's command, or with -Throw is an error for the caller to catch.
function Resolve-LabFilePath {
    param(
        [System.Management.Automation.PSCmdlet] $Caller,
        [string] $Path,
        [switch] $Throw
    )

    $provider = $drive = $fault = $null
    try {
        $full = $Caller.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path, [ref] $provider, [ref] $drive)
        if ($provider.Name -eq 'FileSystem') { return $full }
        $fault = New-LabError -Id FileUnreadable -Message "'$Path' belongs to the provider $($provider.Name), not to the file system." -Advice 'Name a file.' -Target $Path
    } catch {
        # PowerShell refuses a path with more '..' than there are folders; the system stops at the root.
        if ([System.IO.Path]::IsPathFullyQualified($Path)) { return [System.IO.Path]::GetFullPath($Path) }
        $fault = New-LabError -Id FileUnreadable -Message "'$Path' is not a path of a file: $($_.Exception.GetBaseException().Message)" -Advice 'Check the drive and the spelling.' -Target $Path -Category ObjectNotFound
    }
    if ($Throw) { throw $fault }
    $Caller.ThrowTerminatingError($fault)
}
