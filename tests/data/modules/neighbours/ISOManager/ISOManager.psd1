@{
    RootModule = 'ISOManager.psm1'
    ModuleVersion = '1.0.0'
    GUID = '3d1f8a10-0004-4b1e-9a55-10a0b0c0d004'
    Author = 'LabRunner contributors'
    Description = 'A stand-in with the signatures of the module ISOManager: writes down how it is called'
    FunctionsToExport = @('Get-ISODownload', 'New-CustomISO', 'New-AutounattendFile')
    CmdletsToExport = @()
    AliasesToExport = @()
}
