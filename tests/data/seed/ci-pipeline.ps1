# Pipeline script for automated lab testing
function Start-CIPipeline {
    [CmdletBinding()]
    param(
        [string]$BuildNumber,
        [string]$Environment = 'Test',
        [switch]$NonInteractive
    )
    
    # Initialize with CI-friendly parameters
    $scriptParams = Initialize-StandardParameters -ScriptName 'CI-Pipeline' `
                                                  -InputParameters $PSBoundParameters
    
    if ($scriptParams.IsNonInteractive) {
        Write-Host "Running in non-interactive mode for CI/CD"
    }
    
    # Define CI/CD operations
    $ciOperations = @(
        @{
            Name = 'Validate-Configuration'
            Type = 'Validate'
            ScriptBlock = {
                param($ConfigPath)
                Test-LabConfiguration -Path $ConfigPath
            }
            Parameters = @{ConfigPath = ".\configs\$Environment.json"}
        },
        @{
            Name = 'Deploy-TestLab'
            Type = 'Deploy'
            ScriptBlock = {
                param($BuildNum, $Env)
                Start-LabAutomation -LabName "CI-Lab-$BuildNum" `
                                   -Environment $Env `
                                   -Parallel
            }
            Parameters = @{BuildNum = $BuildNumber; Env = $Environment}
            Dependencies = @('Validate-Configuration')
        },
        @{
            Name = 'Run-IntegrationTests'
            Type = 'Validate'
            ScriptBlock = {
                param($BuildNum)
                Invoke-IntegrationTests -LabName "CI-Lab-$BuildNum"
            }
            Parameters = @{BuildNum = $BuildNumber}
            Dependencies = @('Deploy-TestLab')
        }
    )
    
    # Execute CI pipeline
    $results = Invoke-ParallelLabRunner -Operations $ciOperations `
                                       -ContinueOnError:$false `
                                       -TimeoutMinutes 60
    
    # Generate CI report
    $ciReport = @{
        BuildNumber = $BuildNumber
        Environment = $Environment
        StartTime = Get-Date
        Results = $results
        Success = ($results | Where-Object Success -eq $false).Count -eq 0
    }
    
    return $ciReport
}
