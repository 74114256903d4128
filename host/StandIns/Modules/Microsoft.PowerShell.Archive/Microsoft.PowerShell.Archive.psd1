# Stand-ins for the cmdlets of Microsoft.PowerShell.Archive that the engine package lacks.
@{
    GUID = '0c8d6f0a-9a3e-4d57-9c1d-5f5d5b6a0003'
    ModuleVersion = '7.0.0.0'
    Author = 'LabRunner contributors'
    Description = 'Stand-ins for some cmdlets of Microsoft.PowerShell.Archive, for machines without PowerShell'
    CompatiblePSEditions = @('Core')
    NestedModules = @('../../LabRunner.Host.StandIns.dll')
    FunctionsToExport = @()
    AliasesToExport = @()
    CmdletsToExport = @(
        'Compress-Archive',
        'Expand-Archive'
    )
}
