@{
    RootModule = 'SecureCredentials.psm1'
    ModuleVersion = '1.0.0'
    GUID = '3d1f8a10-0005-4b1e-9a55-10a0b0c0d005'
    Author = 'LabRunner contributors'
    Description = 'A stand-in with the signatures of the module SecureCredentials: writes down how it is called'
    FunctionsToExport = @('Get-SecureCredential', 'New-SecureCredential')
    CmdletsToExport = @()
    AliasesToExport = @()
}
