# The modules LabRunner works with: used with their own signatures where they are loaded, and done without where they are not.

BeforeAll {
    . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
    $script:examples = (Resolve-Path "$PSScriptRoot/../../../examples/neighbours").ProviderPath
    $script:neighbours = (Resolve-Path "$PSScriptRoot/../../data/modules/neighbours").ProviderPath
    $script:pathBefore = $env:PSModulePath
    $env:PSModulePath = $neighbours + [System.IO.Path]::PathSeparator + $env:PSModulePath
    $env:LAB_NEIGHBOUR_CALLS = Join-Path $TestDrive 'calls.jsonl'
    function script:Get-Call([string] $Name) { @(Get-Content $env:LAB_NEIGHBOUR_CALLS -ErrorAction Ignore | ConvertFrom-Json | Where-Object Command -Like $Name) }
}
AfterAll {
    Remove-Module Logging, ProgressTracking, ConfigurationCore -ErrorAction Ignore
    $env:PSModulePath = $pathBefore
    $env:LAB_NEIGHBOUR_CALLS = $null
}

Describe 'The examples with neighbouring modules' {
    BeforeEach { Remove-Item $env:LAB_NEIGHBOUR_CALLS -ErrorAction Ignore }

    It 'plans and deploys with OpenTofuProvider' {
        Set-Content "$TestDrive/web.yaml" 'name: web'
        $results = & "$examples/opentofu.ps1" -ConfigPath "$TestDrive/web.yaml"
        $results.Success | Should -Be @($true, $true)
        (Get-Call *).Command | Should -Be @('Read-DeploymentConfiguration', 'New-DeploymentPlan', 'Start-InfrastructureDeployment')
        $results[1].Result.DeploymentId | Should -Be 'd-1'
    }

    It 'stops before it deploys when the plan fails' {
        $env:LAB_TOFU_FAILS = '1'
        try { $results = & "$examples/opentofu.ps1" -ConfigPath "$TestDrive/web.yaml" 6>$null } finally { $env:LAB_TOFU_FAILS = $null }
        # A single object with Success = $false is a failure, as the provider means it.
        $results[1].Status | Should -Be 'Failed'
    }

    It 'makes an image with ISOManager' {
        $results = & "$examples/isomanager.ps1" -Folder "$TestDrive"
        $results.Success | Should -Be @($true, $true, $true)
        (Get-Call 'New-CustomISO').Arguments.AutounattendFile | Should -Be "$TestDrive/autounattend.xml"
        (Get-Call *)[-1].Command | Should -Be 'New-CustomISO'
    }

    It 'takes a credential from SecureCredentials' {
        (& "$examples/credentials.ps1").Result | Should -Be 'joined as user-of-domain-admin'
    }

    It 'runs commands elsewhere with RemoteConnection' {
        (& "$examples/remote.ps1").Result | Sort-Object | Should -Be @('SQL-01: apt-get -y upgrade', 'WEB-01: apt-get -y upgrade', 'WEB-02: apt-get -y upgrade')
        (Get-Call 'New-RemoteConnection').Count | Should -Be 3
    }

    It 'takes its limits from ConfigurationCore' {
        (& "$examples/configuration.ps1").Result | Sort-Object | Should -Be @('node 1', 'node 2', 'node 3')
        (Get-Call 'Get-ModuleConfiguration').Arguments.ModuleName | Sort-Object -Unique | Should -Be 'LabRunner'
    }
}

Describe 'Without the modules' {
    It 'is done without: <_>' -ForEach 'opentofu', 'isomanager', 'credentials', 'remote' {
        $env:PSModulePath = $pathBefore
        # An operation goes on after a module that is not there, unless its script stops at errors.
        $ErrorActionPreference = 'Stop'
        try {
            $results = & "$examples/$_.ps1"
            $results[0].Success | Should -BeFalse
            "$($results.Error)" | Should -Match 'module'
        } finally {
            $env:PSModulePath = $neighbours + [System.IO.Path]::PathSeparator + $pathBefore
        }
    }

    It 'logs and shows progress plainly' {
        $all = & "$examples/progress.ps1" 6>&1
        ($all | Where-Object { $_ -isnot [System.Management.Automation.InformationRecord] }).Success | Should -BeTrue
        "$all" | Should -Match 'Deploying the web lab'
    }
}

Describe 'Logging and ProgressTracking' {
    BeforeEach { Remove-Item $env:LAB_NEIGHBOUR_CALLS -ErrorAction Ignore }

    It 'get the lines and the progress once they are loaded' {
        Import-Module Logging, ProgressTracking -Global
        $result = & "$examples/progress.ps1"
        $result.Success, $result.ProgressTrackingEnabled | Should -Be @($true, $true)
        (Get-Call 'Write-CustomLog').Arguments.Message | Should -Contain 'Deploying the web lab'
        (Get-Call 'Write-CustomLog').Arguments.Level | Should -Contain 'SUCCESS'
        $started = Get-Call 'Start-ProgressOperation'
        $started.Arguments.OperationName, $started.Arguments.TotalSteps | Should -Be @('Lab Automation Workflow', '3')
        (Get-Call 'Update-ProgressOperation').Arguments.OperationId | Sort-Object -Unique | Should -Be 'tracked-1'
        (Get-Call 'Complete-ProgressOperation').Count | Should -Be 1
    }

    It 'get them from the fallbacks too, which they came after' {
        $id = LabRunner\Start-ProgressOperation -OperationName 'x' -TotalSteps 1
        $id | Should -Be 'tracked-1'
        LabRunner\Update-ProgressOperation -OperationId $id -IncrementStep
        LabRunner\Add-ProgressError -OperationId $id -Error 'e'
        LabRunner\Add-ProgressWarning -OperationId $id -Warning 'w'
        LabRunner\Complete-ProgressOperation -OperationId $id
        (Get-Call *).Command | Should -Be @('Start-ProgressOperation', 'Update-ProgressOperation', 'Add-ProgressError', 'Add-ProgressWarning', 'Complete-ProgressOperation')
    }

    It 'are told of a failure' {
        $null = Start-LabAutomation -Configuration @{ Operations = @{ Name = 'bad'; ScriptBlock = { throw 'no disk' } } } -ShowProgress -ErrorAction SilentlyContinue
        (Get-Call 'Add-ProgressError').Arguments.Error | Should -Match 'no disk'
    }

    It 'are never shadowed: their commands stay theirs when LabRunner comes later' {
        $module = (Get-Module -Name LabRunner).ModuleBase
        $code = "Import-Module '$neighbours/Logging', '$neighbours/ProgressTracking' -Global; foreach (`$i in 1..3) { Import-Module '$module' -Force -Global }; (Get-Command Write-CustomLog, Start-ProgressOperation, Update-ProgressOperation, Complete-ProgressOperation, Add-ProgressError, Add-ProgressWarning).Source -join ' '; Remove-Module LabRunner; (Get-Command Write-CustomLog, Start-ProgressOperation).Source -join ' '"
        Invoke-SamePowerShell -Command $code *>&1 |
            Should -Be @('Logging ProgressTracking ProgressTracking ProgressTracking ProgressTracking ProgressTracking', 'Logging ProgressTracking')
    }
}
