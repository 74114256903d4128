function Start-EnhancedLabDeployment {
    <#
    .SYNOPSIS
        Deploys a lab in stages: prepare, validate, plan, apply, verify.
    .DESCRIPTION
        Reads and checks the configuration, deploys its infrastructure with the OpenTofuProvider module where that is
        installed and the configuration has infrastructure, opentofu or terraform, then runs the operations of the
        configuration, and looks at the health of what came of it.

        Whatever happens, one result is returned: Success, ConfigurationPath, StartTime, EndTime, Duration, Stage, DryRun,
        ProgressTracking, Stages (Success and Duration of each), Resources, Warnings, Errors and Results (those of the
        operations). A failure is listed in Errors and logged; it is not an error of the command. A configuration that does
        not exist is both: an error, which ends the script under -ErrorAction Stop, and a result.
    .PARAMETER ConfigurationPath
        The lab's configuration. Aliases: ConfigPath, Path.
    .PARAMETER ShowProgress
        Shows how far the deployment is.
    .PARAMETER ProgressStyle
        How: Bar, Spinner, Percentage or Detailed.
    .PARAMETER DryRun
        Checks and plans, and changes nothing.
    .PARAMETER MaxRetries
        How often the infrastructure deployment tries again what failed.
    .PARAMETER Force
        Goes on when a stage has failed.
    .PARAMETER Strict
        Makes every unknown key an error. Without it, one that is near to a known key is an error, and others are warnings;
        keys that begin with x- are your own.
    .PARAMETER HealthMonitoring
        Watches memory, disk and the progress of the run of its operations, and every service by its readiness probe; see
        docs/health.md. Checks that operations declare are made without it too.
    .PARAMETER Stage
        Only this stage, after those that read and check: Prepare, Validate, Plan, Apply or Verify.
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        $result = Start-EnhancedLabDeployment -ConfigurationPath ./web.yaml
        $result.Success
        $result.Results.Result
    .EXAMPLE
        Set-Content -Path ./web.yaml -Value 'name: Web', 'operations:', '  - name: greet', '    script: Write-Output hello'
        (Start-EnhancedLabDeployment -ConfigurationPath ./web.yaml -DryRun).Stages.Plan.Success
    .OUTPUTS
        LabRunner.LabDeploymentResult
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Start-EnhancedLabDeployment.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Start-LabAutomation
    .LINK
        Test-LabDeploymentHealth
    .LINK
        Write-EnhancedDeploymentSummary
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LabRunner.LabDeploymentResult')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('ConfigPath', 'Path')]
        [ValidateNotNullOrEmpty()]
        [string] $ConfigurationPath,

        [switch] $ShowProgress,

        [ValidateSet('Bar', 'Spinner', 'Percentage', 'Detailed')]
        [string] $ProgressStyle = 'Detailed',

        [switch] $DryRun,

        [ValidateRange(0, 5)]
        [int] $MaxRetries = 2,

        [switch] $Force,

        [switch] $Strict,

        [switch] $HealthMonitoring,

        [ValidateSet('Prepare', 'Validate', 'Plan', 'Apply', 'Verify')]
        [string] $Stage
    )

    $result = [pscustomobject]@{
        PSTypeName = 'LabRunner.LabDeploymentResult'
        Success = $false
        ConfigurationPath = $ConfigurationPath
        StartTime = [datetime]::Now
        EndTime = $null
        Duration = $null
        Stage = $Stage
        DryRun = [bool] $DryRun
        ProgressTracking = $false
        Stages = [ordered]@{}
        Resources = @{}
        Warnings = @()
        Errors = @()
        Results = @()
    }

    $order = 'Prepare', 'Validate', 'Plan', 'Apply', 'Verify'
    # What comes before a stage only reads and checks, and so is done for it too.
    $wanted = if (-not $Stage) { $order } elseif ($Stage -eq 'Verify') { 'Prepare', 'Verify' } elseif ($Stage -eq 'Apply') { 'Prepare', 'Validate', 'Apply' } else { $order[0..([array]::IndexOf($order, $Stage))] }
    if ($DryRun) { $wanted = @($wanted | Where-Object { $_ -notin 'Apply', 'Verify' }) }

    # A failure of the progress must not fail the deployment.
    $tracking = $null
    $track = {
        param([string] $Command, [hashtable] $Arguments)
        if ($tracking) {
            try { & $Command -OperationId $tracking @Arguments } catch { $result.Warnings += "Progress could not be shown: $($_.Exception.Message)" }
        }
    }
    if ($ShowProgress) {
        try {
            $tracking = Start-ProgressOperation -OperationName 'Enhanced Lab Deployment' -TotalSteps ([math]::Max(1, @($wanted).Count)) -ShowTime -ShowETA -Style $ProgressStyle
            $result.ProgressTracking = $true
        } catch {
            $result.Warnings += "Progress could not be shown: $($_.Exception.Message)"
        }
    }
    $begin = {
        param([string] $Name, [string] $Text)
        $result.Stages[$Name] = @{ Success = $true; Duration = $null; Errors = @() }
        & $track Update-ProgressOperation @{ CurrentStep = $result.Stages.Count; StepName = $Text }
        [System.Diagnostics.Stopwatch]::StartNew()
    }
    $fail = {
        param([string] $Name, [string] $Text)
        if (-not $result.Stages.Contains($Name)) { $null = & $begin $Name 'Preparing' }
        $result.Stages[$Name].Success = $false
        $result.Stages[$Name].Errors += $Text
        $result.Errors += $Text
        & $track Add-ProgressError @{ Error = $Text }
    }
    $warn = {
        param([string] $Text)
        $result.Warnings += $Text
        & $track Add-ProgressWarning @{ Warning = $Text }
    }

    $watch = $missing = $null
    $current = 'Prepare'
    try {
        $watch = & $begin Prepare 'Reading the configuration'
        Write-LabLog -Level INFO -Message "Starting the deployment of '$ConfigurationPath'"
        $file = Resolve-LabFilePath -Caller $PSCmdlet -Path $ConfigurationPath -Throw
        if (-not [System.IO.File]::Exists($file)) {
            throw (New-LabError -Id FileUnreadable -Message "The lab file '$file' does not exist." -Advice 'Check the path; relative ones begin at the current location.' -Target $file -Category ObjectNotFound)
        }
        $config = Get-LabConfig -Path $file
        if ($null -eq $config) { throw "The configuration '$ConfigurationPath' holds nothing." }
        $hasOperations = @($config.operations | Where-Object { $_ }).Count -gt 0
        $infrastructure = ($config.infrastructure -or $config.opentofu -or $config.terraform) -and
            ((Get-Module -Name OpenTofuProvider) -or (Get-Module -Name OpenTofuProvider -ListAvailable -ErrorAction SilentlyContinue))
        $result.Stages.Prepare.Duration = $watch.Elapsed

        if ('Validate' -in $wanted) {
            $current = 'Validate'
            $watch = & $begin Validate 'Checking the configuration'
            if ($hasOperations) {
                $check = LabRunner.Commands\Test-LabConfiguration -Path $file -Strict:$Strict -Caller $PSCmdlet
                foreach ($found in $check.Warnings) { & $warn "$found" }
                if (-not $check.Valid) {
                    foreach ($found in $check.Errors) { & $fail Validate "$found" }
                    if (-not $Force) { throw [System.OperationCanceledException]::new('Validate') }
                    # A file that cannot be read cannot be run, not even with -Force.
                    $hasOperations = $false
                }
            }
            $result.Stages.Validate.Duration = $watch.Elapsed
        }

        if ('Plan' -in $wanted) {
            $current = 'Plan'
            $watch = & $begin Plan 'Planning'
            if ($hasOperations) {
                $plan = Start-LabAutomation -ConfigPath $file -DryRun -Parallel -Strict:$Strict
                if (-not $plan.Success) { & $fail Plan "$($plan.Error)" }
            }
            $result.Stages.Plan.Duration = $watch.Elapsed
        }

        if ($infrastructure -and ('Plan' -in $wanted -or 'Apply' -in $wanted)) {
            $current = if ('Apply' -in $wanted) { 'Apply' } else { 'Plan' }
            if ($current -eq 'Apply') { $watch = & $begin Apply 'Deploying the infrastructure' }
            if ($current -eq 'Plan' -or $PSCmdlet.ShouldProcess($file, 'Deploy the infrastructure')) {
                if (-not (Get-Module -Name OpenTofuProvider)) { Import-Module -Name OpenTofuProvider -Global -ErrorAction Stop }
                $arguments = @{ ConfigurationPath = $file; MaxRetries = $MaxRetries }
                if ($current -eq 'Plan') { $arguments.DryRun = $true }
                if ($Force) { $arguments.Force = $true }
                # It refuses an empty stage.
                if ($Stage) { $arguments.Stage = $Stage }
                $deployed = Start-InfrastructureDeployment @arguments
                if ($deployed.Stages) { $result.Stages[$current].Details = $deployed.Stages }
                if ($deployed.Resources) { $result.Resources = $deployed.Resources }
                foreach ($text in @($deployed.Warnings | Where-Object { $_ })) { & $warn "$text" }
                if (-not $deployed.Success) {
                    $texts = @($deployed.Errors | Where-Object { $_ })
                    & $fail $current "The infrastructure could not be deployed$(if ($texts) { ": $($texts -join '; ')" } else { '.' })"
                    if (-not $Force) { throw [System.OperationCanceledException]::new($current) }
                }
            }
            $result.Stages[$current].Duration = $watch.Elapsed
        }

        if ('Apply' -in $wanted) {
            $current = 'Apply'
            if (-not $result.Stages.Contains('Apply')) { $watch = & $begin Apply 'Running the operations' }
            if ($hasOperations) {
                $arguments = @{ ConfigPath = $file; Parallel = $true; Strict = $Strict; HealthMonitoring = $HealthMonitoring }
                if ($ShowProgress -and -not $tracking) { $arguments.ShowProgress = $true }
                $lab = Start-LabAutomation @arguments
            } else {
                $lab = Start-LabAutomation -Configuration $config
            }
            $result.Results = @($lab.Results | Where-Object { $null -ne $_ })
            if ($lab.Status -notin 'Success', 'DryRun') {
                # One entry an operation that failed; those it kept from running are counted.
                $causes = @($result.Results | Where-Object { -not $_.Success -and $_.Status -ne 'Skipped' })
                foreach ($one in $causes) { & $fail Apply "'$($one.Name)' $($one.Status)$(if ($one.Error) { ": $($one.Error)" })" }
                if (-not $causes) { & $fail Apply "$(if ($lab.Error) { $lab.Error } elseif ($lab.Message) { $lab.Message } else { 'The operations did not succeed.' })" }
                $skipped = @($result.Results | Where-Object Status -EQ 'Skipped').Count
                if ($causes -and $skipped) { & $warn "$(Format-Count $skipped operation) skipped because of that." }
                if (-not $Force) { throw [System.OperationCanceledException]::new('Apply') }
            }
            $result.Stages.Apply.Duration = $watch.Elapsed
        }

        if ('Verify' -in $wanted) {
            $current = 'Verify'
            $watch = & $begin Verify 'Looking at the health'
            $health = Test-LabDeploymentHealth -Config $config
            foreach ($text in @($health.Warnings | Where-Object { $_ })) { & $warn "$text" }
            if (-not $health.Success) {
                $result.Stages.Verify.Success = $false
                & $warn 'The health of the deployment could not be looked at.'
            }
            $result.Stages.Verify.Duration = $watch.Elapsed
        }
        $result.Success = $result.Errors.Count -eq 0
    } catch [System.OperationCanceledException] {
        # What has failed is written down already.
        $result.Stages[$current].Duration = $watch.Elapsed
    } catch {
        # What is not there is said as an error too, which ends the script of a caller that wants that.
        if ($_.FullyQualifiedErrorId -like 'LabRunner.FileUnreadable*') { $missing = $_ }
        & $fail $current "$($_.Exception.Message)"
        if ($watch) { $result.Stages[$current].Duration = $watch.Elapsed }
    } finally {
        $result.EndTime = [datetime]::Now
        $result.Duration = $result.EndTime - $result.StartTime
        & $track Complete-ProgressOperation @{ ShowSummary = $true }
    }

    if ($result.Success) {
        Write-LabLog -Level SUCCESS -Message "The deployment of '$ConfigurationPath' succeeded."
    } else {
        Write-LabLog -Level ERROR -Message "The deployment of '$ConfigurationPath' failed: $($result.Errors -join '; ')"
    }
    Write-EnhancedDeploymentSummary -Result $result
    if ($missing) { $PSCmdlet.WriteError((New-LabError -Id FileUnreadable -Message $missing.Exception.Message -Target $ConfigurationPath -Category ObjectNotFound)) }
    $result
    if (-not $result.Success) {
        LabRunner.Commands\Stop-LabCaller -Caller $PSCmdlet -Error (New-LabError -Id DeploymentFailed -Message "The deployment of '$ConfigurationPath' failed: $($result.Errors -join '; ')" -Advice 'The result is in the TargetObject of this error.' -Target $result -Category OperationStopped)
    }
}
