# Configuration-driven deployment
function Start-ConfigDrivenDeployment {
    param([string]$ConfigPath)
    
    # Load configuration
    $config = Get-LabConfig -ConfigPath $ConfigPath
    
    # Convert config to operations
    $operations = foreach ($operation in $config.Operations) {
        @{
            Name = $operation.Name
            Type = $operation.Type
            ScriptBlock = [ScriptBlock]::Create($operation.Script)
            Parameters = $operation.Parameters
            Dependencies = $operation.Dependencies
            Timeout = $operation.Timeout
        }
    }
    
    # Execute with LabRunner
    Invoke-ParallelLabRunner -Operations $operations `
                            -MaxParallelism $config.MaxParallelism
}
