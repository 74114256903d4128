# Start-EnhancedLabDeployment: stages, one result whatever happens, and the OpenTofuProvider module where it is there.

BeforeAll {
    Mock -CommandName Write-EnhancedDeploymentSummary -ModuleName LabRunner
    Mock -CommandName Write-CustomLog -ModuleName LabRunner
    function script:New-Lab([string] $Name, [string[]] $Lines) {
        $path = Join-Path $TestDrive $Name
        Set-Content -LiteralPath $path -Value $Lines
        $path
    }
    $script:good = New-Lab 'good.yaml' 'name: Good', 'infrastructure: { provider: test }', 'operations:', '  - name: a', "    script: Write-Output 'ran'"
    $script:failing = New-Lab 'failing.yaml' 'name: Failing', 'operations:', '  - name: a', "    script: throw 'no disk'"
}

Describe 'Start-EnhancedLabDeployment' {
    It 'deploys a configuration without operations' {
        $path = New-Lab 'deploy.yaml' 'name: Enhanced Test Lab', 'infrastructure:', '  provider: test', 'network:', '  subnet: 10.0.0.0/24'
        $result = Start-EnhancedLabDeployment -ConfigurationPath $path
        $result.Success | Should -BeTrue
        $result.Stages.Keys | Should -Be @('Prepare', 'Validate', 'Plan', 'Apply', 'Verify')
        $result.ConfigurationPath, $result.DryRun, $result.Stage, $result.ProgressTracking | Should -Be @($path, $false, '', $false)
        $result.Duration | Should -BeOfType [timespan]
    }

    It 'runs the operations of a lab, whatever its path is called' {
        $folder = (New-Item -ItemType Directory "$TestDrive/ä x").FullName
        $path = Join-Path $folder 'lab [1].yaml'
        Copy-Item -LiteralPath $good -Destination $path
        Push-Location $folder
        try { $result = Start-EnhancedLabDeployment 'lab [1].yaml' } finally { Pop-Location }
        $result.Errors | Should -BeNullOrEmpty
        $result.Results.Result | Should -Be 'ran'
        $result.Stages.Apply.Success | Should -BeTrue
        Should -Invoke Write-EnhancedDeploymentSummary -ModuleName LabRunner -Times 1 -Exactly
    }

    It 'changes nothing with -DryRun, nor with -WhatIf' {
        $dry = Start-EnhancedLabDeployment -ConfigPath $failing -DryRun
        $dry.DryRun, $dry.Success | Should -Be @($true, $true)
        $dry.Stages.Keys | Should -Be @('Prepare', 'Validate', 'Plan')
        $what = Start-EnhancedLabDeployment -ConfigPath $failing -WhatIf 6>$null
        $what.Success | Should -BeTrue
        $what.Results | Should -BeNullOrEmpty
    }

    It 'gives one result when it fails, and no error' {
        $result = Start-EnhancedLabDeployment $failing -ErrorVariable written -ErrorAction SilentlyContinue
        $result.Success | Should -BeFalse
        "$($result.Errors)" | Should -Match "'a' Failed: no disk"
        $result.Stages.Apply.Success | Should -BeFalse
        $result.Stages.Contains('Verify') | Should -BeFalse
        $forced = Start-EnhancedLabDeployment $failing -Force -ErrorAction SilentlyContinue
        $forced.Success | Should -BeFalse
        $forced.Stages.Contains('Verify') | Should -BeTrue
    }

    It 'stops at what is not well-formed, with its place' {
        $bad = New-Lab 'bad.yaml' 'name: Bad', 'operations:', '  - name: a', '    script: x', '    dependencies: [none]'
        $result = Start-EnhancedLabDeployment $bad
        $result.Success | Should -BeFalse
        "$($result.Errors)" | Should -Match 'none'
        $result.Stages.Contains('Apply') | Should -BeFalse
        $broken = Start-EnhancedLabDeployment (New-Lab 'broken.yaml' 'name: [')
        "$($broken.Errors)" | Should -Match 'broken\.yaml:'
    }

    It 'runs one stage: <Stage>' -ForEach @(
        @{ Stage = 'Prepare'; Stages = 'Prepare' }, @{ Stage = 'Validate'; Stages = 'Prepare', 'Validate' }, @{ Stage = 'Plan'; Stages = 'Prepare', 'Validate', 'Plan' }
        @{ Stage = 'Apply'; Stages = 'Prepare', 'Validate', 'Apply' }, @{ Stage = 'Verify'; Stages = 'Prepare', 'Verify' }
    ) {
        $result = Start-EnhancedLabDeployment $good -Stage $Stage
        $result.Stages.Keys | Should -Be $Stages
        $result.Success | Should -BeTrue
        @($result.Results).Count | Should -Be ([int] ($Stage -eq 'Apply'))
    }

    It 'refuses a path that is none, and values out of range' {
        { Start-EnhancedLabDeployment -ConfigurationPath "$TestDrive/none.yaml" -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.FileUnreadable*' -ExpectedMessage '*none.yaml*'
        { Start-EnhancedLabDeployment -ConfigurationPath "$TestDrive" -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.FileUnreadable*'
        { Start-EnhancedLabDeployment -ConfigurationPath '' } | Should -Throw
        { Start-EnhancedLabDeployment $good -Stage Nowhere } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        { Start-EnhancedLabDeployment $good -MaxRetries 6 } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }

    It 'tells what it is at' {
        Mock Start-ProgressOperation { 'id-1' } -ModuleName LabRunner
        Mock Update-ProgressOperation { } -ModuleName LabRunner
        Mock Complete-ProgressOperation { } -ModuleName LabRunner
        (Start-EnhancedLabDeployment $good -ShowProgress -ProgressStyle Bar).ProgressTracking | Should -BeTrue
        Should -Invoke Start-ProgressOperation -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $TotalSteps -eq 5 -and $Style -eq 'Bar' }
        Should -Invoke Update-ProgressOperation -ModuleName LabRunner -Times 5 -Exactly -ParameterFilter { $OperationId -eq 'id-1' }
        Should -Invoke Complete-ProgressOperation -ModuleName LabRunner -Times 1 -Exactly
    }
}

Describe 'Start-EnhancedLabDeployment with OpenTofuProvider' {
    BeforeAll {
        $script:path = $env:PSModulePath
        $env:PSModulePath = (Resolve-Path "$PSScriptRoot/../../data/modules/neighbours").ProviderPath + [System.IO.Path]::PathSeparator + $env:PSModulePath
        $env:LAB_NEIGHBOUR_CALLS = Join-Path $TestDrive 'calls.jsonl'
        function script:Get-Call { @(Get-Content $env:LAB_NEIGHBOUR_CALLS -ErrorAction Ignore | ConvertFrom-Json | Where-Object Command -EQ 'Start-InfrastructureDeployment') }
    }
    BeforeEach { Remove-Item $env:LAB_NEIGHBOUR_CALLS -ErrorAction Ignore; $env:LAB_TOFU_FAILS = $null }
    AfterAll {
        Remove-Module OpenTofuProvider -ErrorAction Ignore
        $env:PSModulePath = $path
        $env:LAB_NEIGHBOUR_CALLS = $env:LAB_TOFU_FAILS = $null
    }

    It 'deploys the infrastructure first, then the operations' {
        $result = Start-EnhancedLabDeployment $good -MaxRetries 3
        $result.Success | Should -BeTrue
        $result.Resources.vm | Should -Be @('web-01', 'web-02')
        $result.Warnings | Should -Contain 'the image is old'
        $result.Results.Result | Should -Be 'ran'
        $call = Get-Call
        $call.Count | Should -Be 1
        $call.Arguments.ConfigurationPath | Should -Be $good
        $call.Arguments.MaxRetries | Should -Be 3
        $call.Arguments.PSObject.Properties.Name | Should -Not -Contain 'Stage'
    }

    It 'only plans with -DryRun, and passes a stage on' {
        $null = Start-EnhancedLabDeployment $good -DryRun
        (Get-Call)[0].Arguments.DryRun | Should -BeTrue
        $null = Start-EnhancedLabDeployment $good -Stage Apply
        (Get-Call)[1].Arguments.Stage | Should -Be 'Apply'
        $null = Start-EnhancedLabDeployment $good -WhatIf 6>$null
        (Get-Call | Where-Object { -not $_.Arguments.DryRun }).Count | Should -Be 1
    }

    It 'stops when that fails, and goes on with -Force' {
        $env:LAB_TOFU_FAILS = '1'
        $result = Start-EnhancedLabDeployment $good
        $result.Success | Should -BeFalse
        "$($result.Errors)" | Should -Match 'no quota'
        $result.Results | Should -BeNullOrEmpty
        $forced = Start-EnhancedLabDeployment $good -Force
        $forced.Success | Should -BeFalse
        $forced.Results.Result | Should -Be 'ran'
    }
}
