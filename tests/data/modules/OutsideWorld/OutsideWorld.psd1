@{
    RootModule = 'OutsideWorld.psm1'
    ModuleVersion = '1.0.0'
    GUID = '7e6f4d1a-52d0-4c0e-9d38-6f6b5c6d0a11'
    Author = 'LabRunner contributors'
    Description = 'Stand-ins for what a test machine may lack: the network, a person who answers, npm and gh'
    FunctionsToExport = @('Invoke-WebRequest', 'Read-Host', 'npm', 'gh')
    CmdletsToExport = @()
    AliasesToExport = @()
}
