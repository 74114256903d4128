# Automated disaster recovery deployment
function Start-DisasterRecovery {
    param(
        [string]$RecoveryPlan,
        [string]$RecoveryTarget,
        [int]$RTO = 240  # Recovery Time Objective in minutes
    )
    
    # Load recovery plan
    $plan = Get-LabConfig -ConfigPath ".\recovery-plans\$RecoveryPlan.json"
    
    # Define recovery operations with priorities
    $recoveryOps = @(
        @{
            Name = 'Validate-RecoveryTarget'
            Type = 'Validate'
            ScriptBlock = {
                param($Target)
                Test-RecoveryInfrastructure -Target $Target
            }
            Parameters = @{Target = $RecoveryTarget}
            Priority = 1
        },
        @{
            Name = 'Restore-CriticalSystems'
            Type = 'Deploy'
            ScriptBlock = {
                param($Systems)
                # Restore most critical systems first
                foreach ($system in $Systems) {
                    Restore-System @system
                }
            }
            Parameters = @{Systems = $plan.CriticalSystems}
            Dependencies = @('Validate-RecoveryTarget')
            Priority = 2
        },
        @{
            Name = 'Restore-Applications'
            Type = 'Deploy'
            ScriptBlock = {
                param($Apps)
                # Restore applications in parallel
                foreach ($app in $Apps) {
                    Restore-Application @app
                }
            }
            Parameters = @{Apps = $plan.Applications}
            Dependencies = @('Restore-CriticalSystems')
            Priority = 3
        },
        @{
            Name = 'Validate-Recovery'
            Type = 'Validate'
            ScriptBlock = {
                param($Plan)
                Test-RecoveryCompletion -Plan $Plan
            }
            Parameters = @{Plan = $plan}
            Dependencies = @('Restore-Applications')
            Priority = 4
        }
    )
    
    # Execute recovery with aggressive parallelism
    $recoveryResults = Invoke-ParallelLabRunner -Operations $recoveryOps `
                                               -MaxParallelism 8 `
                                               -TimeoutMinutes $RTO `
                                               -ShowProgress
    
    # Recovery report
    $recoveryReport = @{
        Plan = $RecoveryPlan
        Target = $RecoveryTarget
        StartTime = Get-Date
        RTO = $RTO
        Results = $recoveryResults
        RecoveryTime = (Get-Date) - $recoveryResults[0].StartTime
        Success = ($recoveryResults | Where-Object Success -eq $false).Count -eq 0
    }
    
    return $recoveryReport
}
