# Stand-ins for the cmdlets of Microsoft.PowerShell.Utility that the engine package lacks.
@{
    GUID = '0c8d6f0a-9a3e-4d57-9c1d-5f5d5b6a0002'
    ModuleVersion = '7.0.0.0'
    Author = 'LabRunner contributors'
    Description = 'Stand-ins for some cmdlets of Microsoft.PowerShell.Utility, for machines without PowerShell'
    CompatiblePSEditions = @('Core')
    NestedModules = @('../../LabRunner.Host.StandIns.dll')
    FunctionsToExport = @()
    AliasesToExport = @()
    CmdletsToExport = @(
        'Add-Member',
        'ConvertFrom-Json',
        'ConvertTo-Json',
        'Format-List',
        'Format-Table',
        'Get-Alias',
        'Get-Date',
        'Get-FileHash',
        'Get-Host',
        'Get-Member',
        'Get-PSCallStack',
        'Get-Random',
        'Get-Runspace',
        'Get-Variable',
        'Group-Object',
        'Import-PowerShellDataFile',
        'Invoke-Expression',
        'Invoke-RestMethod',
        'Invoke-WebRequest',
        'Measure-Command',
        'Measure-Object',
        'New-Guid',
        'New-Object',
        'New-TimeSpan',
        'New-Variable',
        'Out-File',
        'Out-String',
        'Read-Host',
        'Remove-Variable',
        'Select-Object',
        'Set-Alias',
        'Set-Variable',
        'Sort-Object',
        'Start-Sleep',
        'Write-Debug',
        'Write-Error',
        'Write-Host',
        'Write-Information',
        'Write-Output',
        'Write-Progress',
        'Write-Verbose',
        'Write-Warning'
    )
}
