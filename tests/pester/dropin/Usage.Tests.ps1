# How the commands are called: what is asked for with nothing, from a pipeline, with a missing script, and what Tab and help say.

BeforeAll {
    $script:homeBefore = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    $null = New-Item -ItemType Directory "$TestDrive/labs"
    foreach ($name in 'one', 'two') { Set-Content -LiteralPath "$TestDrive/labs/$name.yaml" -Value "name: $name", 'operations:', "  - { name: a, script: `"'$name'`" }" }
}
AfterAll { $env:LABRUNNER_HOME = $homeBefore }

Describe 'Invoke-ParallelLabRunner with nothing' {
    It 'is a mistake of the call: <_>' -ForEach 'Invoke-ParallelLabRunner', '$none = @{}; Invoke-ParallelLabRunner @none', 'Invoke-ParallelLabRunner -ErrorAction Continue' {
        { Invoke-Expression $_ } | Should -Throw -ErrorId 'LabRunner.EmptyPlan,Invoke-ParallelLabRunner' -ExpectedMessage 'Invoke-ParallelLabRunner was called without operations.'
    }

    It 'but with a limit still means the one deployment of the original' {
        (Invoke-ParallelLabRunner -MaxConcurrency 1 2>$null).TotalScripts | Should -Be 1
        (Invoke-ParallelLabRunner -Scripts @() -Config @{ name = 'x' } 2>$null).TotalScripts | Should -Be 1
    }
}

Describe 'A script that does not exist' {
    It 'is warned of when operations are planned' -ForEach @(
        @{ Call = { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; Path = "$TestDrive/none.ps1" } -DryRun -WarningVariable said -WarningAction SilentlyContinue } }
        @{ Call = { Get-LabPlan -Operations @{ Name = 'a'; Script = "$TestDrive/none.ps1" } -WarningVariable said -WarningAction SilentlyContinue } }
    ) {
        $null = . $Call
        "$said" | Should -Match "The script '.*none\.ps1' of operation 'a' does not exist yet\. Correct the path"
    }

    It 'is a warning of a configuration' {
        $test = Test-LabConfiguration -Configuration @{ Operations = @{ Name = 'a'; Path = "$TestDrive/none.ps1" } }
        $test.Valid | Should -BeTrue
        $test.Warnings.Id | Should -Be 'LabRunner.ScriptNotFound'
    }

    It 'is the failure of one script where scripts of existing callers are run' {
        $result = Invoke-ParallelLabRunner -Scripts "$TestDrive/none.ps1" -WarningVariable said 2>$null
        $result.FailedScripts | Should -Be 1
        $said | Should -BeNullOrEmpty
    }

    It 'may be written by an operation before it' {
        $late = "$TestDrive/late.ps1"
        $result = Invoke-ParallelLabRunner -Ordered -WarningAction SilentlyContinue -Operations @{ Name = 'write'; ScriptBlock = { Set-Content -LiteralPath $using:late -Value '"late"' } }, @{ Name = 'run'; Path = $late; Dependencies = 'write' }
        $result[1].Output | Should -Be 'late'
    }
}

Describe 'Labs from a pipeline' {
    It 'run one after another' {
        (Get-ChildItem "$TestDrive/labs/*.yaml" | Start-AdvancedLabOrchestration).Results.Output | Should -Be @('one', 'two')
        ("$TestDrive/labs/one.yaml", "$TestDrive/labs/two.yaml" | Start-AdvancedLabOrchestration -DryRun).Summary.Name | Should -Be @('one', 'two')
        @() | Start-AdvancedLabOrchestration | Should -BeNullOrEmpty
    }

    It 'go on after one that cannot be run' {
        $reports = "$TestDrive/labs/one.yaml", "$TestDrive/none.yaml", "$TestDrive/labs/two.yaml" | Start-AdvancedLabOrchestration 2>$null
        $reports.Summary.Status | Should -Be @('Succeeded', 'Invalid', 'Succeeded')
    }
}

Describe 'Tab' {
    BeforeAll {
        function global:Get-LabTestThing { 1 }
        $global:labTestOperations = @{ Name = 'lab-test-web'; ScriptBlock = { 1 } }, @{ Name = 'lab-test-db'; Script = '1' }
        $global:labTestData = @{ Name = 'lab-test-data' }
    }
    AfterAll {
        Remove-Item function:Get-LabTestThing
        Remove-Variable labTestOperations, labTestData -Scope Global
    }

    It 'completes <Line>' -ForEach @(
        @{ Line = 'Invoke-ParallelLabRunner x -Functions Get-LabTest'; Has = 'Get-LabTestThing' }
        @{ Line = 'Start-AdvancedLabOrchestration x -Functions Get-LabTest'; Has = 'Get-LabTestThing' }
        @{ Line = 'Invoke-ParallelLabRunner x -Variables labTestOp'; Has = 'labTestOperations' }
        @{ Line = 'Invoke-ParallelLabRunner $labTestOperations -Order lab-test-'; Has = 'lab-test-db', 'lab-test-web' }
        @{ Line = 'New-LabOperation -Name x -Dependencies lab-test-w'; Has = 'lab-test-web' }
    ) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.ListItemText | Should -Be $Has
    }
}

Describe 'Help' {
    It 'shows operations before scripts' {
        $syntax = (Get-Help Invoke-ParallelLabRunner).Syntax.syntaxItem
        $syntax[0].parameter.name | Should -Contain 'Operations'
        $syntax[-1].parameter.name | Should -Contain 'Scripts'
    }

    It 'names the alias <Alias> of -<Parameter> of <Command>' -ForEach @(
        foreach ($command in 'Invoke-ParallelLabRunner', 'Invoke-SequentialExecution', 'Start-AdvancedLabOrchestration', 'Start-LabAutomation', 'Get-LabPlan', 'Set-LabRunnerConfiguration') {
            foreach ($parameter in (Get-Command $command).Parameters.Values) {
                foreach ($alias in $parameter.Aliases) {
                    # The path of a lab has names that say what they are.
                    if ($parameter.Attributes.TypeId.Name -contains 'ParameterAttribute' -and $alias.Length -gt 3 -and $parameter.Name -notlike '*Path' -and $parameter.Name -notin 'ErrorAction', 'WarningAction', 'InformationAction', 'ProgressAction', 'ErrorVariable') { @{ Command = $command; Parameter = $parameter.Name; Alias = $alias } }
                }
            }
        }
    ) {
        "$((Get-Help $Command -Parameter $Parameter).description.Text)" | Should -Match "Alias(es)?: .*$Alias"
    }
}

Describe 'Start-LabAutomation' {
    BeforeAll {
        $script:operations = @{ Name = 'bad'; ScriptBlock = { throw 'no' } }, @{ Name = 'good'; ScriptBlock = { 1 } }
        Set-Content -LiteralPath "$TestDrive/mixed.yaml" -Value 'name: Mixed', 'operations:', '  - { name: bad, script: "throw ''no''" }', '  - { name: good, script: "1" }'
    }

    It 'takes a number of operations at the same time' {
        (Start-LabAutomation -ConfigPath "$TestDrive/mixed.yaml" -MaxConcurrency 3 -DryRun).Plan.MaxConcurrency | Should -Be 3
        (Start-LabAutomation -Configuration @{ Operations = $operations } -MaxParallelism 3 -DryRun).Plan.MaxConcurrency | Should -Be 3
        (Start-LabAutomation -ConfigPath "$TestDrive/mixed.yaml" -DryRun).Plan.MaxConcurrency | Should -Be 1
    }

    It 'takes a failure strategy' {
        (Start-LabAutomation -ConfigPath "$TestDrive/mixed.yaml" -FailureStrategy Continue 2>$null).Results.Success | Should -Contain $true
        (Start-LabAutomation -Configuration @{ Operations = $operations } -FailureStrategy Continue 2>$null).Results.Success | Should -Contain $true
        (Start-LabAutomation -Configuration @{ Operations = $operations; ContinueOnError = $true } -FailureStrategy Stop 2>$null).Results.Success | Should -Not -Contain $true
    }

    It 'gives a job' {
        $job = Start-LabAutomation -ConfigPath "$TestDrive/labs/one.yaml" -AsJob
        try { ($job | Wait-Job -Timeout 60 | Receive-Job).Results.Output | Should -Be 'one' } finally { $job | Remove-Job -Force }
        $job = Start-LabAutomation -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { 'two' } } } -AsJob
        try { ($job | Wait-Job -Timeout 60 | Receive-Job).Output | Should -Be 'two' } finally { $job | Remove-Job -Force }
    }

    It 'ends the script when asked to, with the results' {
        $fault = { Start-LabAutomation -ConfigPath "$TestDrive/mixed.yaml" -ThrowOnFailure 2>$null } | Should -Throw -ErrorId 'LabRunner.RunFailed*' -PassThru
        $fault.TargetObject.Name | Should -Contain 'bad'
        { Start-LabAutomation -Configuration @{ Operations = $operations } -ThrowOnFailure 2>$null } | Should -Throw -ErrorId 'LabRunner.RunFailed*'
        (Start-LabAutomation -ConfigPath "$TestDrive/labs/one.yaml" -ThrowOnFailure).Success | Should -BeTrue
    }
}
