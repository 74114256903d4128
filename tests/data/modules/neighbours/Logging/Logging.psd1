@{
    RootModule = 'Logging.psm1'
    ModuleVersion = '1.0.0'
    GUID = '3d1f8a10-0001-4b1e-9a55-10a0b0c0d001'
    Author = 'LabRunner contributors'
    Description = 'A stand-in with the signatures of the module Logging: writes down how it is called'
    FunctionsToExport = @('Write-CustomLog', 'Initialize-LoggingSystem')
    CmdletsToExport = @()
    AliasesToExport = @()
}
