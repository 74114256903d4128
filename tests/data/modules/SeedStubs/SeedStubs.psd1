@{
    RootModule        = 'SeedStubs.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '5b8f8f0e-6a0e-4d5e-9a37-6d9c1b0a7a01'
    FunctionsToExport = @(
        'New-LabInfrastructure', 'New-DomainController', 'New-DatabaseServer', 'New-WebServer',
        'Test-DomainConnection', 'Test-DatabaseConnection', 'Test-WebService', 'Invoke-IntegrationTests',
        'Test-RecoveryInfrastructure', 'Restore-System', 'Restore-Application', 'Test-RecoveryCompletion',
        'Test-ServiceHealth', 'Test-PerformanceThresholds'
    )
    CmdletsToExport   = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
