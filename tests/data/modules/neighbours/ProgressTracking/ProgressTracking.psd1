@{
    RootModule = 'ProgressTracking.psm1'
    ModuleVersion = '1.0.0'
    GUID = '3d1f8a10-0002-4b1e-9a55-10a0b0c0d002'
    Author = 'LabRunner contributors'
    Description = 'A stand-in with the signatures of the module ProgressTracking: writes down how it is called'
    FunctionsToExport = @('Start-ProgressOperation', 'Update-ProgressOperation', 'Complete-ProgressOperation', 'Add-ProgressError', 'Add-ProgressWarning', 'Start-MultiProgress')
    CmdletsToExport = @()
    AliasesToExport = @()
}
