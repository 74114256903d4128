@{
    RootModule = 'LabRunner.psm1'
    ModuleVersion = '0.1.0'
    GUID = 'c0000000-0000-4000-8000-000000000001'
    Author = 'LabRunner contributors'
    CompanyName = 'LabRunner'
    Copyright = '(c) LabRunner contributors. MIT licence.'
    Description = 'Runs the operations of a lab deployment - script blocks, scripts, programs - as one dependency graph, in parallel, with limits, timeouts and a result for each operation.'
    PowerShellVersion = '7.4'
    CompatiblePSEditions = @('Core')
    FunctionsToExport = @(
        'Compare-LabPlan'
        'Get-ActiveLabOperations'
        'Get-LabConfig'
        'Get-LabPerformance'
        'Get-LabPlan'
        'Get-LabRunnerConfiguration'
        'Get-LabStatus'
        'Get-Platform'
        'Initialize-StandardParameters'
        'Invoke-ParallelLabRunner'
        'Invoke-SequentialExecution'
        'Reset-LabRunnerConfiguration'
        'Set-LabRunnerConfiguration'
        'Start-AdvancedLabOrchestration'
        'Start-LabAutomation'
        'Test-LabConfiguration'
        'Test-ParallelRunnerSupport'
        'Write-CustomLog'
    )
    CmdletsToExport = @()
    AliasesToExport = @()
    VariablesToExport = @()
    FormatsToProcess = @('LabRunner.Format.ps1xml')
    TypesToProcess = @('LabRunner.Types.ps1xml')
    FileList = @(
        'LabRunner.psd1'
        'LabRunner.psm1'
        'LabRunner.Commands.dll'
        'LabRunner.Interop.dll'
        'LabRunner.Format.ps1xml'
        'LabRunner.Types.ps1xml'
        'en-US/about_LabRunner.help.txt'
    )
    PrivateData = @{
        PSData = @{
            Tags = @('Lab', 'Parallel', 'Orchestration', 'Dependency', 'DAG', 'Workflow', 'Automation', 'Infrastructure', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://github.com/wizzense/LabRunner/blob/main/LICENSE'
            ProjectUri = 'https://github.com/wizzense/LabRunner'
            ReleaseNotes = 'https://github.com/wizzense/LabRunner/blob/main/CHANGELOG.md'
        }
    }
}
