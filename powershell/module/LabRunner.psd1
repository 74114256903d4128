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
        'Add-ProgressError'
        'Add-ProgressWarning'
        'Compare-LabPlan'
        'Complete-ProgressOperation'
        'Expand-All'
        'Export-LabConfig'
        'Format-Config'
        'Get-ActiveLabOperations'
        'Get-CrossPlatformTempPath'
        'Get-GhDownloadArgs'
        'Get-LabConfig'
        'Get-LabPerformance'
        'Get-LabPlan'
        'Get-LabRunnerConfiguration'
        'Get-LabRunnerDependencies'
        'Get-LabStatus'
        'Get-MenuSelection'
        'Get-Platform'
        'Get-SystemResourceUsage'
        'Initialize-StandardParameters'
        'Invoke-ArchiveDownload'
        'Invoke-CrossPlatformCommand'
        'Invoke-LabDownload'
        'Invoke-LabNpm'
        'Invoke-LabStep'
        'Invoke-LabWebRequest'
        'Invoke-OpenTofuInstaller'
        'Invoke-ParallelLabRunner'
        'Invoke-SequentialExecution'
        'New-LabConfiguration'
        'New-LabOperation'
        'New-LabTemplate'
        'Read-LoggedInput'
        'Reset-LabRunnerConfiguration'
        'Resolve-ProjectPath'
        'Set-LabRunnerConfiguration'
        'Start-AdvancedLabOrchestration'
        'Start-EnhancedLabDeployment'
        'Start-LabAutomation'
        'Start-ProgressOperation'
        'Test-LabConfiguration'
        'Test-LabDeploymentHealth'
        'Test-LabRunnerHealth'
        'Test-ParallelRunnerSupport'
        'Update-ProgressOperation'
        'Write-CustomLog'
        'Write-EnhancedDeploymentSummary'
        'Write-ProgressLog'
    )
    CmdletsToExport = @()
    AliasesToExport = @()
    VariablesToExport = @()
    FormatsToProcess = @('LabRunner.Format.ps1xml')
    PrivateData = @{
        PSData = @{
            Tags = @('Lab', 'Parallel', 'Orchestration', 'Dependency', 'DAG', 'Workflow', 'Automation', 'Infrastructure', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://github.com/wizzense/LabRunner/blob/main/LICENSE'
            ProjectUri = 'https://github.com/wizzense/LabRunner'
            ReleaseNotes = 'https://github.com/wizzense/LabRunner/blob/main/CHANGELOG.md'
        }
    }
}
