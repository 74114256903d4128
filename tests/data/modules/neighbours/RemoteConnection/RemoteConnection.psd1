@{
    RootModule = 'RemoteConnection.psm1'
    ModuleVersion = '1.0.0'
    GUID = '3d1f8a10-0007-4b1e-9a55-10a0b0c0d007'
    Author = 'LabRunner contributors'
    Description = 'A stand-in with the signatures of the module RemoteConnection: writes down how it is called'
    FunctionsToExport = @('New-RemoteConnection', 'Invoke-RemoteCommand')
    CmdletsToExport = @()
    AliasesToExport = @()
}
