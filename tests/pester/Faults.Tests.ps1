# What is said about operations that cannot be run: all of it, in one go, and nothing twice.

Describe 'Faults of operations' {
    BeforeAll {
        function Get-Finding([scriptblock] $Call) {
            try { & $Call; throw 'no fault' } catch [LabRunner.LabRunnerException] { $_.Exception.Findings }
        }
    }

    It 'says one fault of <Key>, and none of its own about what is missing then' -ForEach @(
        @{ Key = 'Ready = @{ Tcp = "127.0.0.1:80"; Interval = 0 }'; Says = "*Ready.Interval '0' is not a time above zero*" }
        @{ Key = 'Ready = @{ Tcp = "127.0.0.1:80"; Timeout = "soon" }'; Says = "*Ready.Timeout 'soon' is not a time above zero*" }
        @{ Key = 'Ready = @{ Tcp = "127.0.0.1:80"; Timeout = [double]::NaN }'; Says = '*Ready.Timeout*' }
        @{ Key = 'Ready = @{ Interval = 1 }'; Says = '*does not name an address to check*' }
        @{ Key = 'Ready = 5'; Says = '*does not name an address to check*' }
        @{ Key = 'Ready = "127.0.0.1:80"; StopGrace = -1'; Says = "*StopGrace '-1' is not a time above zero*" }
        @{ Key = 'Ready = "127.0.0.1:80"; StopGrace = "99999999999999999999999 parsecs"'; Says = '*StopGrace*' }
        @{ Key = 'Ready = "127.0.0.1:80"; SuccessCodes = "x"'; Says = '*SuccessCodes*' }
        @{ Key = 'Ready = "127.0.0.1:80"; RestartCodes = "x"'; Says = '*RestartCodes*' }
        @{ Key = 'Ready = "127.0.0.1:80"; Idempotent = "maybe"'; Says = "*Idempotent 'maybe'*neither true nor false*" }
        @{ Key = 'Ready = "127.0.0.1:80"; Environment = "x"'; Says = '*Environment*' }
        @{ Key = 'Ready = "127.0.0.1:80"; RetryCount = -1'; Says = '*RetryCount*' }
        @{ Key = 'Ready = "127.0.0.1:80"; Resources = @{ CPUPercent = -1 }'; Says = '*CPUPercent*' }
        @{ Key = 'Ready = "127.0.0.1:80"; Priority = "high"'; Says = '*Priority*' }
        @{ Key = 'Ready = "127.0.0.1:80"; Timeout = "5 apples"'; Says = '*Timeout*' }
        @{ Key = 'Ready = "127.0.0.1:80"; Rollback = @{ Command = "x"; Mode = "deamon" }'; Says = '*Mode*' }
    ) {
        $operation = [scriptblock]::Create("@{ Name = 'a'; Command = 'x'; Mode = 'Service'; $Key }").Invoke()[0]
        $found = @(Get-Finding { Get-LabPlan -Operations $operation })
        $found | Should -HaveCount 1
        $found[0].Message | Should -BeLike $Says
    }

    It 'refuses a mode that does not exist in words of its own: <Mode>' -ForEach @(
        @{ Mode = 'deamon'; Advice = "Write 'Task' or 'Service'." }
        @{ Mode = 'Stop'; Advice = 'An operation that stops a service has a Service and no Command.' }
    ) {
        $found = @(Get-Finding { Get-LabPlan -Operations @{ Name = 'a'; Command = 'x'; Mode = $Mode } })
        $found | Should -HaveCount 1
        $found[0].Message | Should -Be "Operation 'a': Mode cannot be '$Mode'."
        $found[0].Advice | Should -Be $Advice
    }

    It 'finds faults between sound operations beside those that cannot be read' {
        $found = @(Get-Finding { Invoke-ParallelLabRunner -Operations @{ Name = 'a' }, @{ Name = 'b'; ScriptBlock = { 1 }; Dependencies = 'x' }, @{ ScriptBlock = { 1 } }, 5, @{ Name = 'c'; ScriptBlock = { 1 }; Dependencies = 'd' }, @{ Name = 'd'; ScriptBlock = { 1 }; Dependencies = 'c' } })
        $found.Id | Should -Be 'LabRunner.MissingWork', 'LabRunner.MissingName', 'LabRunner.InvalidOperation', 'LabRunner.UnknownDependency', 'LabRunner.CyclicDependency'
    }
}

Describe 'Faults of -ResourceLimits' {
    It 'come beside those of the operations, in one go' {
        $operations = @{ Name = 'a'; ScriptBlock = { 1 }; Dependencies = 'nobody' }, @{ Name = 'b' }
        $limits = @{ MaxMemoryGB = 'much'; Pools = @{ downloads = 'few' } }
        foreach ($call in { Invoke-ParallelLabRunner $operations -ResourceLimits $limits }, { Get-LabPlan -Operations $operations -ResourceLimits $limits }) {
            $found = try { & $call } catch [LabRunner.LabRunnerException] { $_.Exception.Findings }
            $found.Id | Should -Be 'LabRunner.MissingWork', 'LabRunner.InvalidValue', 'LabRunner.InvalidValue', 'LabRunner.UnknownDependency'
        }
        (Test-LabConfiguration -Configuration @{ Operations = $operations; ResourceLimits = $limits }).Errors | Should -HaveCount 4
    }
}

Describe 'Faults of lab files' {
    BeforeAll {
        $lab = Join-Path -Path $TestDrive -ChildPath 'faults.yaml'
        Set-Content -LiteralPath $lab -Value "name: x`noperations:`n- {name: a, scrpt: Get-Date, region: eu}`n- {name: b, script: `"param(`$P)`", parameters: {P: 1, Q: 2}, dependencies: [nobody]}`n- {name: c, script: 'if ('}"
    }

    It 'come in one go, those of keys, of scripts, of parameters and of the graph' {
        $found = (Test-LabConfiguration $lab).Errors
        $found.Id | Sort-Object | Should -Be 'LabRunner.MissingWork', 'LabRunner.ScriptSyntax', 'LabRunner.UnknownDependency', 'LabRunner.UnknownKey', 'LabRunner.UnknownParameter'
        $found | ForEach-Object { $_.Line | Should -BeGreaterThan 2 -Because $_.Message }
        $found.Advice -join ' ' | Should -BeLike "*Did you mean 'script'?*"
    }

    It 'are all in the error of a plan, and hide no warning' {
        $failure = $null
        try { Get-LabPlan $lab -WarningVariable warnings -WarningAction SilentlyContinue } catch { $failure = $_ }
        $failure.Exception.Findings | Should -HaveCount 5
        $warnings.Message | Should -BeLike "*operation 'a' has the unknown key 'region', which has no effect*"
    }
}

Describe 'The title of a plan' {
    It 'has no parentheses without an environment' {
        $lab = Join-Path -Path $TestDrive -ChildPath 'title.json'
        Set-Content -LiteralPath $lab -Value '{"name": "cd", "operations": [{"name": "a", "script": "1"}, {"name": "b", "script": "2"}]}'
        (Start-LabAutomation -ConfigPath $lab -DryRun).Plan | Out-String | Should -Match '(?m)^cd: 2 operations'
        Get-LabPlan $lab -Environment '' | Out-String | Should -Match '(?m)^cd: 2 operations'
    }
}

Describe 'A name with control characters' {
    It 'is a fault that shows them escaped, of operations and of lab files' {
        $fault = { Get-LabPlan -Operations @{ Name = "a`n::error::forged"; ScriptBlock = { 1 } } } | Should -Throw -ErrorId 'LabRunner.InvalidName*' -PassThru
        $fault.Exception.Message | Should -Be "Operation 'a\n::error::forged' has a control character in its name."
        Set-Content -LiteralPath "$TestDrive/names.yaml" -Value 'name: x', 'operations:', '  - { name: "\e[2Jb", script: "1" }'
        $found = (Test-LabConfiguration "$TestDrive/names.yaml").Errors
        $found.Id | Should -Be 'LabRunner.InvalidName'
        $found.Line | Should -Be 3
        "$($found.Message)" | Should -Not -Match '\e'
    }
}

Describe 'A program that is missing' {
    BeforeAll {
        Set-Location -LiteralPath $TestDrive
        $missing = "Operation 'web': program 'lab-no-such-program' was not found.*Install it, give its path, or correct PATH.*"
        Set-Content -LiteralPath missing.yaml -Value 'name: missing', 'operations:', '- { name: before, script: Set-Content ran yes }', '- name: web', '  command: lab-no-such-program', '- { name: later, command: lab-no-such-program, dependencies: [before] }'
    }

    AfterAll { Set-Location -LiteralPath $PSScriptRoot }

    It 'is a fault of the operations, and nothing starts' {
        $operations = @{ Name = 'before'; ScriptBlock = { Set-Content ran yes } }, @{ Name = 'web'; Command = 'lab-no-such-program' }, @{ Name = 'db'; Command = './lab-no-such-file' }
        try { Invoke-ParallelLabRunner $operations } catch { $fault = $_ }
        $fault.FullyQualifiedErrorId | Should -BeLike 'LabRunner.ProgramNotFound*'
        $fault.Exception.Findings.Operation | Should -Be 'web', 'db'
        "$($fault.Exception.Findings[0])" | Should -BeLike $missing
        "$($fault.Exception.Findings[1])" | Should -BeLike "Operation 'db': program '*lab-no-such-file' does not exist. Correct the path, or build or install it in an operation that this one depends on."
        'ran' | Should -Not -Exist
    }

    It 'is found in the PATH of the session' {
        $null = New-Item -ItemType Directory bin
        $tool = $IsWindows ? 'bin/lab-tool.cmd' : 'bin/lab-tool'
        Set-Content -LiteralPath $tool -Value ($IsWindows ? '@exit 0' : '#!/bin/sh')
        if (-not $IsWindows) { chmod +x $tool }
        $before = $env:PATH
        try {
            $env:PATH = (Resolve-Path bin).Path + [System.IO.Path]::PathSeparator + $env:PATH
            (Invoke-ParallelLabRunner @{ Name = 'a'; Command = Split-Path $tool -Leaf }).Success | Should -BeTrue
            Set-Content -LiteralPath found.yaml -Value 'name: found', 'operations:', "- { name: a, command: $(Split-Path $tool -Leaf) }"
            (Test-LabConfiguration found.yaml).Warnings | Should -BeNullOrEmpty
            (Start-AdvancedLabOrchestration found.yaml).Success | Should -BeTrue
        } finally {
            $env:PATH = $before
        }
    }

    It 'is a warning of a plan, of a dry run and with -WhatIf' {
        $web = @{ Name = 'web'; Command = 'lab-no-such-program' }
        Get-LabPlan -Operations $web -WarningVariable ofPlan -WarningAction SilentlyContinue | Should -Not -BeNullOrEmpty
        Invoke-ParallelLabRunner $web -DryRun -WarningVariable ofDryRun -WarningAction SilentlyContinue | Should -Not -BeNullOrEmpty
        Invoke-ParallelLabRunner $web -WhatIf -WarningVariable ofWhatIf -WarningAction SilentlyContinue
        Get-LabPlan missing.yaml -WarningVariable ofLab -WarningAction SilentlyContinue | Should -Not -BeNullOrEmpty
        (Start-AdvancedLabOrchestration missing.yaml -DryRun -WarningVariable ofDryLab -WarningAction SilentlyContinue).Success | Should -BeTrue
        foreach ($warnings in $ofPlan, $ofDryRun, $ofWhatIf, $ofLab, $ofDryLab) {
            $warnings | Should -HaveCount 1
            "$warnings" | Should -BeLike "*peration 'web': program 'lab-no-such-program' was not found.*"
        }
    }

    It 'has its place in a lab file, where what an earlier operation may install is not looked for' {
        $test = Test-LabConfiguration missing.yaml
        $test.Valid | Should -BeTrue
        $test.Warnings | Should -HaveCount 1
        $test.Warnings[0].Id | Should -Be 'LabRunner.ProgramNotFound'
        $test.Warnings[0].Line, $test.Warnings[0].Column | Should -Be 5, 12
        $report = Start-AdvancedLabOrchestration missing.yaml -ErrorVariable failure 2>$null
        $report.Summary.Success | Should -BeFalse
        $failure.FullyQualifiedErrorId | Should -BeLike 'LabRunner.ProgramNotFound*'
        "$failure" | Should -BeLike "*missing.yaml:5:12: operation 'web': program 'lab-no-such-program' was not found*"
        'ran' | Should -Not -Exist
        (Start-AdvancedLabOrchestration missing.yaml -Only before).Success | Should -BeTrue
        'ran' | Should -Exist
    }
}
