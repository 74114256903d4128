# Unpacks an archive into a folder, where what was there stays and files of the same name are replaced: all of it, or nothing.
# Gives the error record of what was wrong, or nothing.
function Expand-LabArchive {
    param([string] $Source, [string] $Target, [string] $Format)

    $unpack = @{ Name = 'archive'; Provider = 'archive'; Source = $Source; Target = $Target; Format = $Format; IfExists = 'Merge' }
    $result = LabRunner.Commands\Invoke-ParallelLabRunner -Operations $unpack -NoRecord -ErrorAction Ignore
    $result.ErrorRecord
}

# Whether Expand-Archive is the one that PowerShell brings: a mock, an alias or a function of that name is to be called.
function Test-OwnExpandArchive {
    $null -eq ${alias:Expand-Archive} -and ($null -eq ${function:Expand-Archive} -or (Get-Item -LiteralPath Function:Expand-Archive).ModuleName -eq 'Microsoft.PowerShell.Archive')
}
