# What errors and summaries say: the cause first, the advice once, numbers with the right noun.

BeforeAll {
    function Get-Failure([scriptblock] $Call) { try { $null = & $Call 2> $null 3> $null 6> $null } catch { $_ } }
    # What the console shows of an error.
    function Get-Shown([System.Management.Automation.ErrorRecord] $Failure) { (($Failure | Out-String -Width 400) -replace '\x1b\[[0-9;]*m' -replace '\s+', ' ') }
    $script:failing = @(
        @{ Name = 'sql'; ScriptBlock = { 1 }; Dependencies = 'web' }
        @{ Name = 'web'; ScriptBlock = { throw 'no IIS' } }
        @{ Name = 'dns'; ScriptBlock = { 1 } }
        @{ Name = 'app'; ScriptBlock = { 1 }; Dependencies = 'sql' }
    )
    Set-Location TestDrive:
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    Set-Content -LiteralPath failing.yaml -Value @'
name: failing
operations:
  - { name: sql, dependencies: [web], script: "1" }
  - { name: web, script: "throw 'no IIS'" }
'@
    Set-Content -LiteralPath one.yaml -Value 'name: one', 'operations: [{ name: a, script: "1" }]'
    Set-Content -LiteralPath two-faults.yaml -Value 'name: two', 'operations:', '  - { name: a, dependencies: [b], script: "1" }', '  - { name: c, priority: 99, script: "1" }'
}

AfterAll {
    $env:LABRUNNER_HOME = $before
    Set-Location $PSScriptRoot
}

Describe 'Advice' {
    It 'of one fault stands once, beside the sentence' {
        $failure = Get-Failure { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { 1 }; Priority = 'high' } }
        $advice = $failure.ErrorDetails.RecommendedAction
        $advice | Should -Not -BeNullOrEmpty
        $failure.Exception.Message | Should -Not -Match ([regex]::Escape($advice))
        [regex]::Matches((Get-Shown $failure), [regex]::Escape($advice)).Count | Should -Be 1
    }

    It 'of several faults stands beside each, and is that of none as a whole, <Name>' -ForEach @(
        @{ Name = 'of objects'; Call = { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { 1 }; Priority = 'high' }, @{ Name = 'b'; ScriptBlock = { 1 }; Timeout = 'apples' } } }
        @{ Name = 'of a lab'; Call = { Start-LabAutomation -ConfigPath two-faults.yaml } }
    ) {
        $failure = Get-Failure $Call
        $failure.ErrorDetails.RecommendedAction | Should -BeLike 'Correct the *; nothing was started.'
        @($failure.Exception.Message -split '\r?\n' | Select-Object -Skip 1).Count | Should -Be 2
        foreach ($line in $failure.Exception.Message -split '\r?\n' | Select-Object -Skip 1) { $line | Should -Match '\. \S.*' }
    }

    It 'stands in the message where PowerShell does not print it, which it does from 7.5 on: <Engine>' -ForEach @(
        @{ Engine = '7.4.19'; Message = 'It is wrong. Correct it.' }
        @{ Engine = '7.4'; Message = 'It is wrong. Correct it.' }
        @{ Engine = '7.5.0'; Message = 'It is wrong.' }
        @{ Engine = '7.6.9.500'; Message = 'It is wrong.' }
        @{ Engine = '8.0'; Message = 'It is wrong.' }
    ) {
        $details = [LabRunner.LabRunnerException].Assembly.GetType('LabRunner.Errors.AdviceText').GetMethod('Details', [System.Reflection.BindingFlags] 'Static, NonPublic', @([string], [string], [version])).Invoke($null, @('It is wrong.', 'Correct it.', [version] $Engine))
        $details.Message | Should -Be $Message
        $details.RecommendedAction | Should -Be 'Correct it.'
        . "$PSScriptRoot/../../powershell/module/Private/New-LabError.ps1"
        $record = New-LabError -Id Wrong -Message 'It is wrong.' -Advice 'Correct it.' -Engine $Engine
        "$record" | Should -Be $Message
        $record.ErrorDetails.RecommendedAction | Should -Be 'Correct it.'
    }

    It 'of a command of the module stands once too' {
        $failure = Get-Failure { Invoke-LabDownload -Uri 'http://127.0.0.1:9/x' }
        [regex]::Matches((Get-Shown $failure), 'or an -OutputPath').Count | Should -Be 1
    }
}

Describe 'Why a run failed' {
    It 'is said with the cause first, and what it kept from running as a number' {
        $failure = Get-Failure { Invoke-ParallelLabRunner -Operations $failing -ContinueOnError -ThrowOnFailure }
        $failure.Exception.Message | Should -Be "3 of 4 operations did not succeed: 'web' Failed: no IIS; 2 skipped."
    }

    It 'is the message of Start-LabAutomation as well' {
        $result = Start-LabAutomation -ConfigPath failing.yaml 2> $null
        $result.Message | Should -Be "2 of 2 operations of 'failing' did not succeed: 'web' Failed: no IIS; 1 skipped."
    }

    It 'is one entry an operation in the errors of Start-EnhancedLabDeployment' {
        $result = Start-EnhancedLabDeployment -ConfigurationPath failing.yaml 2> $null 6> $null
        $result.Errors | Should -Be "'web' Failed: no IIS"
    }
}

Describe 'Numbers' {
    It 'have the right noun' {
        (Start-LabAutomation -ConfigPath one.yaml).Message | Should -Be "1 operation of 'one' succeeded."
        (Start-LabAutomation -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { 1 } } } -ValidationOnly).Message | Should -Be 'Checked 1 operation; nothing was run.'
        Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { 1 } } -Verbose 4>&1 | Out-String | Should -Match 'Run 1 operation:'
        Test-LabConfiguration -Path one.yaml -Format Text | Should -Match 'valid, 1 operation$'
    }
}

Describe 'An operation that validates' {
    It 'has failed when $false is all it writes, <Name>' -ForEach @(
        @{ Name = 'by its type'; Operation = @{ Type = 'Validate'; ScriptBlock = { Test-Path -LiteralPath (Join-Path $PSHOME 'no-such-file') } } }
        @{ Name = 'as a script'; Operation = @{ Type = 'validate'; Script = '$false' } }
        @{ Name = 'in a runspace of its own'; Operation = @{ Type = 'Validate'; Isolation = 'Runspace'; ScriptBlock = { $false } } }
        @{ Name = 'in a process of its own'; Operation = @{ Type = 'Validate'; Isolation = 'Process'; ScriptBlock = { $false } } }
    ) {
        $result = Invoke-ParallelLabRunner -Operations (@{ Name = 'check' } + $Operation) 2> $null
        $result.Status | Should -Be 'Failed'
        $result.ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LabRunner.ValidationFailed*'
        $result.Error | Should -BeLike "*'check'*`$false*"
        $result.Output | Should -Be $false
    }

    It 'has succeeded otherwise, <Name>' -ForEach @(
        @{ Name = 'with $true'; Operation = @{ Type = 'Validate'; ScriptBlock = { $true } } }
        @{ Name = 'with more than $false'; Operation = @{ Type = 'Validate'; ScriptBlock = { $false; 'but' } } }
        @{ Name = 'with text'; Operation = @{ Type = 'Validate'; ScriptBlock = { 'False' } } }
        @{ Name = 'of another type'; Operation = @{ Type = 'Deploy'; ScriptBlock = { $false } } }
    ) {
        (Invoke-ParallelLabRunner -Operations (@{ Name = 'check' } + $Operation)).Status | Should -Be 'Succeeded'
    }

    It 'is each below validation of a lab' {
        Set-Content -LiteralPath check.yaml -Value 'name: check', 'operations: [{ name: a, script: "$false" }]', 'validation: [{ name: v, script: "$false" }]'
        $report = Start-AdvancedLabOrchestration -ConfigurationPath check.yaml 2> $null
        $report.Results.Status | Should -Be 'Succeeded', 'Failed'
        $report.ValidationResults.Status | Should -Be 'Failed'
    }
}

Describe 'What is skipped' {
    It 'names the operation that failed, however far away' {
        $results = Invoke-ParallelLabRunner -ContinueOnError -Ordered -Operations @(
            @{ Name = 'b'; ScriptBlock = { throw 'no' } }
            @{ Name = 'd'; ScriptBlock = { 1 }; Dependencies = 'b' }
            @{ Name = 'e'; ScriptBlock = { 1 }; Dependencies = 'd' }
        ) 2> $null
        $results[1, 2].SkippedBecause.Operation | Should -Be 'b', 'b'
        $results[2].Outcome | Should -BeLike "'b' did not succeed*"
    }
}

Describe 'The difference of two plans' {
    It 'has durations that people read' {
        $one, $two = foreach ($time in '30s', '2m') { Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { 1 }; Timeout = $time; Estimate = $time } }
        $text = "$(Compare-LabPlan -ReferencePlan $one -DifferencePlan $two)"
        $text | Should -Match 'timeout: 30.0 s -> 0:02:00'
        $text | Should -Match 'estimate: 30.0 s -> 0:02:00'
        $text | Should -Not -Match '_ms'
    }
}
