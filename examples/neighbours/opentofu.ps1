# Plans and deploys infrastructure with the module OpenTofuProvider, as two operations.
param([string] $ConfigPath = './web.yaml')

$operations = @(
    @{
        Name = 'Plan-Infrastructure'
        Type = 'Validate'
        ScriptBlock = {
            param($ConfigPath)
            Import-Module OpenTofuProvider
            Read-DeploymentConfiguration -Path $ConfigPath | New-DeploymentPlan -DryRun
        }
        Parameters = @{ ConfigPath = $ConfigPath }
    }
    @{
        Name = 'Deploy-Infrastructure'
        Type = 'Deploy'
        ScriptBlock = {
            param($ConfigPath)
            Import-Module OpenTofuProvider
            Start-InfrastructureDeployment -ConfigurationPath $ConfigPath
        }
        Parameters = @{ ConfigPath = $ConfigPath }
        Dependencies = @('Plan-Infrastructure')
    }
)
Invoke-ParallelLabRunner -Operations $operations
