# Stand-ins for the cmdlets of Microsoft.PowerShell.Management that the engine package lacks.
@{
    GUID = '0c8d6f0a-9a3e-4d57-9c1d-5f5d5b6a0001'
    ModuleVersion = '7.0.0.0'
    Author = 'LabRunner contributors'
    Description = 'Stand-ins for some cmdlets of Microsoft.PowerShell.Management, for machines without PowerShell'
    CompatiblePSEditions = @('Core')
    NestedModules = @('../../LabRunner.Host.StandIns.dll')
    FunctionsToExport = @()
    AliasesToExport = @()
    CmdletsToExport = @(
        'Add-Content',
        'Convert-Path',
        'Copy-Item',
        'Get-ChildItem',
        'Get-Content',
        'Get-Item',
        'Get-Location',
        'Get-PSDrive',
        'Get-Process',
        'Join-Path',
        'Move-Item',
        'New-Item',
        'New-PSDrive',
        'Pop-Location',
        'Push-Location',
        'Remove-Item',
        'Remove-PSDrive',
        'Rename-Item',
        'Resolve-Path',
        'Set-Content',
        'Set-Item',
        'Set-Location',
        'Split-Path',
        'Stop-Process',
        'Test-Path',
        'Wait-Process'
    )
}
