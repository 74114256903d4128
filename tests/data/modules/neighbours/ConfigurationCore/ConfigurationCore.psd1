@{
    RootModule = 'ConfigurationCore.psm1'
    ModuleVersion = '1.0.0'
    GUID = '3d1f8a10-0006-4b1e-9a55-10a0b0c0d006'
    Author = 'LabRunner contributors'
    Description = 'A stand-in with the signatures of the module ConfigurationCore: writes down how it is called'
    FunctionsToExport = @('Get-ModuleConfiguration', 'Set-ModuleConfiguration', 'Register-ModuleConfiguration')
    CmdletsToExport = @()
    AliasesToExport = @()
}
