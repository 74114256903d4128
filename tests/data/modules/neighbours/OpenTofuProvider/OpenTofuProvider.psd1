@{
    RootModule = 'OpenTofuProvider.psm1'
    ModuleVersion = '1.0.0'
    GUID = '3d1f8a10-0003-4b1e-9a55-10a0b0c0d003'
    Author = 'LabRunner contributors'
    Description = 'A stand-in with the signatures of the module OpenTofuProvider: writes down how it is called'
    FunctionsToExport = @('Start-InfrastructureDeployment', 'New-DeploymentPlan', 'New-LabInfrastructure', 'Read-DeploymentConfiguration')
    CmdletsToExport = @()
    AliasesToExport = @()
}
