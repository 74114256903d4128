# Continuous health monitoring
function Start-LabWithMonitoring {
    param([string]$LabName)
    
    # Deploy lab
    $deployment = Start-LabAutomation -LabName $LabName
    
    # Start monitoring
    $monitoringOps = @(
        @{
            Name = 'Monitor-Services'
            Type = 'Monitor'
            ScriptBlock = {
                while ($true) {
                    $services = Get-LabStatus -LabName $using:LabName
                    Test-ServiceHealth -Services $services
                    Start-Sleep -Seconds 60
                }
            }
        },
        @{
            Name = 'Monitor-Performance'
            Type = 'Monitor'
            ScriptBlock = {
                while ($true) {
                    $performance = Get-LabPerformance -LabName $using:LabName
                    Test-PerformanceThresholds -Metrics $performance
                    Start-Sleep -Seconds 30
                }
            }
        }
    )
    
    # Start monitoring in background
    $monitoring = Invoke-ParallelLabRunner -Operations $monitoringOps `
                                          -Background
    
    return @{
        Deployment = $deployment
        Monitoring = $monitoring
    }
}
