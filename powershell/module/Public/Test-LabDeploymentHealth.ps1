function Test-LabDeploymentHealth {
    <#
    .SYNOPSIS
        Checks what a deployment needs to work: the gateway, the services, room on the disks; or tells how healthy a run is.
    .DESCRIPTION
        Looks at network.gateway and services of the configuration, and at the file systems of this machine. What is not as it
        should be is a warning of the result; Success is $false only when the checks themselves could not be made.

        With -RunId, -RunName or a run from Get-LabRun it tells instead what the health checks of that run have come to: so far, or
        when it ended. Then Success is $false as soon as one of them is unhealthy.
    .PARAMETER Config
        The lab's configuration; without one only the disks are looked at.
    .PARAMETER RunId
        The id of a run, or its beginning.
    .PARAMETER RunName
        The name of a run; the newest of that name.
    .PARAMETER Directory
        The folder of a run; it comes with a run from the pipeline. Alias: RunDirectory.
    .EXAMPLE
        (Test-LabDeploymentHealth -Config @{ name = 'Web' }).Success
    .EXAMPLE
        Invoke-ParallelLabRunner -RunName 'shop' -Operations @{ Name = 'web'; ScriptBlock = { 'up' }; HealthChecks = { $true } }
        (Test-LabDeploymentHealth -RunName 'shop').Checks
    .OUTPUTS
        A hashtable with Success, Warnings and Checks (what was looked at, and whether it is well).
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Test-LabDeploymentHealth.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/health.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Get-LabRunOperation
    .LINK
        Start-EnhancedLabDeployment
    .LINK
        about_LabRunner_Runs
    #>
    [CmdletBinding(DefaultParameterSetName = 'Config')]
    [OutputType([hashtable])]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Config')]
        [AllowNull()]
        [object] $Config,

        [Parameter(Mandatory, ParameterSetName = 'RunId')]
        [ArgumentCompleter({ [LabRunner.LabRunIdCompleter]::new().Complete($args) })]
        [string] $RunId,

        [Parameter(Mandatory, ParameterSetName = 'RunName')]
        [ArgumentCompleter({ [LabRunner.LabRunNameCompleter]::new().Complete($args) })]
        [string] $RunName,

        [Parameter(Mandatory, ParameterSetName = 'Run', ValueFromPipelineByPropertyName)]
        [Alias('RunDirectory')]
        [string] $Directory
    )

    process {
        $result = @{ Success = $true; Warnings = @(); Checks = @{} }
        if ($PSCmdlet.ParameterSetName -ne 'Config') {
            $place = $Directory
            if (-not $place) {
                $named = if ($RunId) { @{ Id = $RunId } } else { @{ Name = $RunName; Last = 1 } }
                $place = (LabRunner.Commands\Get-LabRun @named -Caller $PSCmdlet).Directory
                # An error has said that there is no such run.
                if (-not $place) { return }
            }

            $states = @(
                (LabRunner.Commands\Get-LabRun -Path $place -Caller $PSCmdlet).Health
                (LabRunner.Commands\Get-LabRunOperation -Directory $place -Caller $PSCmdlet).Health
            )
            foreach ($state in $states -ne $null) {
                $name = if ($state.Operation) { "$($state.Operation): $($state.Check)" } else { $state.Check }
                if ($state.Status -eq 'Starting') {
                    $result.Warnings += "The run ended before this check was answered: $name"
                    continue
                }
                $result.Checks[$name] = $state.Status -ne 'Unhealthy'
                if ($state.Status -eq 'Unhealthy') {
                    $result.Success = $false
                    $result.Warnings += "Unhealthy: $name ($($state.Message))"
                }
            }
            return $result
        }

        try {
            $gateway = $Config.network.gateway
            if ($gateway) {
                $reached = [bool] (Test-Connection -ComputerName $gateway -Count 1 -Quiet -ErrorAction SilentlyContinue)
                $result.Checks['NetworkConnectivity'] = $reached
                if (-not $reached) { $result.Warnings += "Network gateway not reachable: $gateway" }
            }

            foreach ($service in @($Config.services | Where-Object { $_ })) {
                $running = $null
                if (Get-Command -Name Get-Service -ErrorAction Ignore) {
                    $found = Get-Service -Name $service -ErrorAction SilentlyContinue
                    $running = $found -and "$($found.Status)" -eq 'Running'
                } elseif (Get-Command -Name systemctl -CommandType Application -ErrorAction Ignore) {
                    $before = $global:LASTEXITCODE
                    $state = "$(systemctl is-active -- $service 2> $null)".Trim()
                    # 0 is active; 3 and 4 are any other state, 4 of a unit that does not exist. What says neither has no systemd to ask.
                    $running = if ($global:LASTEXITCODE -eq 0) { $true } elseif ($state -or $global:LASTEXITCODE -in 3, 4) { $false }
                    $global:LASTEXITCODE = $before
                }
                if ($null -eq $running) {
                    $result.Warnings += "Service cannot be checked on this machine: $service"
                } else {
                    $result.Checks["Service_$service"] = $running
                    if (-not $running) { $result.Warnings += "Service not running: $service" }
                }
            }

            # A file system that says nothing of its room, or has none by its kind, is not short of it.
            $short = @(Get-PSDrive -PSProvider FileSystem | Where-Object { $null -ne $_.Free -and ($_.Free + $_.Used) -gt 0 -and $_.Free -lt 1GB })
            $result.Checks['DiskSpace'] = $short.Count -eq 0
            if ($short.Count -gt 0) { $result.Warnings += "Low disk space detected on: $($short.Name -join ', ')" }
        } catch {
            $result.Success = $false
            $result.Warnings += "Health check failed: $($_.Exception.Message)"
        }
        $result
    }
}
