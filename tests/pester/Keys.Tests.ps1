# Keys that mean nothing: near to a known one they are errors, else warnings, under -Strict errors. One rule for objects and files.

BeforeAll {
    function New-Lab([string[]] $Lines) {
        $path = "$TestDrive/keys.yaml"
        Set-Content -LiteralPath $path -Value (@('name: keys', 'operations:') + $Lines)
        $path
    }
    # What is said of an operation with this key, as an object and in a file: error, warning or nothing.
    function Get-Verdict([string] $Key) {
        $operation = @{ Name = 'web'; ScriptBlock = { 1 } }
        $operation[$Key] = 1
        (Test-LabConfiguration -Configuration @{ Operations = $operation }), (Test-LabConfiguration (New-Lab '  - name: web', '    script: "1"', "    `"$Key`": 1")) | ForEach-Object {
            $unknown = @(@($_.Errors) + @($_.Warnings) | Where-Object Id -EQ 'LabRunner.UnknownKey')
            if ($unknown.Count -gt 1) { throw "$unknown" }
            if ($unknown) { "$($unknown.Severity)$(if ("$($unknown.Advice)" -match "Did you mean '([^']+)'") { " $(($Matches[1] -replace '[-_]', '').ToLowerInvariant())" })" } else { 'nothing' }
        }
    }
}

Describe 'A key that means nothing' {
    It '<Key> is near to <Meant>, in objects and in files' -ForEach @(
        @{ Key = 'Dependancies'; Meant = 'dependencies' }
        @{ Key = 'dependncis'; Meant = 'dependencies' }
        @{ Key = 'Timeot'; Meant = 'timeout' }
        @{ Key = 'TIME-OUTT'; Meant = 'timeout' }
        @{ Key = 'Rollbak'; Meant = 'rollback' }
        @{ Key = 'retry_cuont'; Meant = 'retrycount' }
        @{ Key = 'Priorty'; Meant = 'priority' }
        @{ Key = 'Nmae'; Meant = 'name' }
        @{ Key = 'Resorces'; Meant = 'resources' }
    ) {
        Get-Verdict $Key | Should -Be @("error $Meant", "error $Meant")
    }

    It '<_> is no slip of the pen, and a warning' -ForEach 'Foo', 'Colour', 'Region', 'Owner', 'tmeot', 'Xylophone' {
        Get-Verdict $_ | ForEach-Object { $_ -replace ' .*' } | Should -Be @('warning', 'warning')
    }

    It '<_> is the user''s own' -ForEach 'x-owner', 'X-Timeot', 'x-dependancies' {
        Get-Verdict $_ | Should -Be @('nothing', 'nothing')
    }

    It 'is named with its operation, and the run goes on without it' {
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'web'; ScriptBlock = { 1 }; Foo = 2 } -WarningVariable said -WarningAction SilentlyContinue
        $result.Output | Should -Be 1
        "$said" | Should -Be "Operation 'web' has an unknown key 'Foo' (ignored)."
    }

    It 'ends the call before anything starts when it is near to a known one' {
        $ran = "$TestDrive/ran.txt"
        $fault = { Invoke-ParallelLabRunner -Operations @{ Name = 'db'; ScriptBlock = { 1 } }, @{ Name = 'web'; ScriptBlock = { Set-Content $using:ran 1 }; Dependancies = 'db'; Timeot = 3 } } | Should -Throw -ErrorId 'LabRunner.UnknownKey,Invoke-ParallelLabRunner' -PassThru
        "$fault" | Should -Match "Operation 'web' has an unknown key 'Dependancies'\. Did you mean 'Dependencies'\?"
        "$fault" | Should -Match "'Timeot'\. Did you mean 'Timeout'\?"
        $ran | Should -Not -Exist
    }

    It 'below Parameters is the script''s' {
        $null = Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { param($Nmae, $Timeot) }; Parameters = @{ Nmae = 1; Timeot = 2 } } -Strict -WarningVariable said
        $said | Should -BeNullOrEmpty
    }

    It 'below <Where> is held to the same rule' -ForEach @(
        @{ Where = 'Retry'; Near = @{ Retry = @{ Count = 1; Backof = 'Fixed' } }; Far = @{ Retry = @{ Count = 1; Foo = 1 } } }
        @{ Where = 'Resources'; Near = @{ Resources = @{ MemoryG = 1 } }; Far = @{ Resources = @{ Foo = 1 } } }
        @{ Where = 'Ready'; Near = @{ Command = 'lab'; Mode = 'service'; Ready = @{ Tcp = '127.0.0.1:1'; Intervall = 1 } }; Far = @{ Command = 'lab'; Mode = 'service'; Ready = @{ Tcp = '127.0.0.1:1'; Foo = 1 } } }
        @{ Where = 'Rollback'; Near = @{ Rollback = @{ Command = 'lab'; Argumens = 1 } }; Far = @{ Rollback = @{ Command = 'lab'; Foo = 1 } } }
    ) {
        foreach ($case in $Near, $Far) { $case.Name = 'web'; if (-not $case.Command) { $case.ScriptBlock = { 1 } } }
        { Get-LabPlan -Operations $Near } | Should -Throw -ErrorId 'LabRunner.UnknownKey*' -ExpectedMessage "Operation 'web*has an unknown key*Did you mean*"
        (Get-LabPlan -Operations $Far -WarningVariable said -WarningAction SilentlyContinue).Operations.Name | Should -Be 'web'
        "$said" | Should -Match "has an unknown key 'Foo' \(ignored\)"
        { Get-LabPlan -Operations $Far -Strict } | Should -Throw -ErrorId 'LabRunner.UnknownKey*'
    }

    It 'that many operations have is one warning' {
        $operations = 1..20 | ForEach-Object { @{ Name = "node-$_"; ScriptBlock = { 1 }; Rack = $_ } }
        $null = Get-LabPlan -Operations $operations -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Be "20 operations have an unknown key 'Rack' (ignored): 'node-1', 'node-2', 'node-3' and 17 more."
    }
}

Describe '-Strict' {
    BeforeAll {
        $script:operations = @{ Name = 'web'; ScriptBlock = { 1 }; Foo = 1 }
        $script:lab = New-Lab '  - { name: web, script: "1", foo: 1 }'
        Copy-Item $lab "$TestDrive/strict.yaml"
        $lab = $script:lab = "$TestDrive/strict.yaml"
    }

    It 'makes it an error: <Call>' -ForEach @(
        @{ Call = { Invoke-ParallelLabRunner -Operations $operations -Strict } }
        @{ Call = { Invoke-ParallelLabRunner -Scripts $operations -Strict } }
        @{ Call = { Invoke-SequentialExecution -Operations $operations -Strict } }
        @{ Call = { Get-LabPlan -Operations $operations -Strict } }
        @{ Call = { Get-LabPlan $lab -Strict } }
        @{ Call = { Start-AdvancedLabOrchestration $lab -Strict -ErrorAction Stop } }
        @{ Call = { Start-AdvancedLabOrchestration $lab -DryRun -Strict -ErrorAction Stop } }
        @{ Call = { Start-LabAutomation -ConfigPath $lab -Strict } }
        @{ Call = { Start-LabAutomation -Configuration @{ Operations = $operations } -Strict } }
    ) {
        $Call | Should -Throw -ErrorId 'LabRunner.UnknownKey*'
    }

    It 'makes a lab invalid' {
        (Test-LabConfiguration $lab).Valid, (Test-LabConfiguration $lab -Strict).Valid | Should -Be @($true, $false)
        Test-LabConfiguration -Configuration @{ Operations = $operations } -Strict -Quiet | Should -BeFalse
        (Start-LabAutomation -ConfigPath $lab -ValidationOnly -Strict).Status | Should -Be 'Invalid'
        (Start-LabAutomation -Configuration @{ Operations = $operations } -ValidationOnly -Strict).Status | Should -Be 'Invalid'
        $deployed = Start-EnhancedLabDeployment -ConfigurationPath $lab -Strict 6>$null
        $deployed.Success | Should -BeFalse
        "$($deployed.Errors)" | Should -Match "'foo'"
    }
}

Describe 'All that is wrong' {
    It 'comes in one go, and warnings with it' {
        $fault = { Invoke-ParallelLabRunner -Operations @{ Name = 'a'; Colour = 'red' }, @{ Name = 'b'; ScriptBlock = { 1 }; Dependencies = 'x' }, @{ ScriptBlock = { 1 } } -WarningVariable said -WarningAction SilentlyContinue } | Should -Throw -PassThru
        foreach ($text in "Operation 'a' has nothing to run", 'Operation 3 has no name', "depends on 'x', which does not exist") { "$fault" | Should -BeLike "*$text*" }
        "$fault" | Should -Match '^3 faults'
        $fault.Exception.Findings.Count | Should -Be 3
        { Get-LabPlan -Operations @{ Name = 'a'; Colour = 'red' } } | Should -Throw -ErrorId 'LabRunner.MissingWork*'
        $records = [System.Collections.Generic.List[object]]::new()
        try { Get-LabPlan -Operations @{ Name = 'a'; Colour = 'red' } 3>&1 | ForEach-Object { $records.Add($_) } } catch { $null = $_ }
        "$records" | Should -Be "Operation 'a' has an unknown key 'Colour' (ignored)."
    }

    It 'that is no operation at all is among it' {
        $fault = { Get-LabPlan -Operations 5, @{ Name = 'b'; ScriptBlock = { 1 }; Dependencies = 'x' } } | Should -Throw -PassThru
        "$fault" | Should -BeLike "*Operation 1 is a Int32*"
        "$fault" | Should -BeLike "*depends on 'x'*"
        $fault = { Get-LabPlan -Operations $null } | Should -Throw -PassThru
        $fault.Exception.Findings.Count | Should -Be 1
    }

    It 'is in a file the same' {
        $lab = New-Lab '  - name: a', '    scrpt: "1"', '    colour: red', '  - name: b', '    script: "if ("', '  - name: c', '    script: param($X) $X', '    parameters: { X: 1, Y: 1 }', '    dependencies: [x]'
        $fault = { Get-LabPlan $lab -WarningVariable said -WarningAction SilentlyContinue } | Should -Throw -PassThru
        foreach ($text in "Did you mean 'script'?", "'a': it has nothing to run", "script of operation 'b' cannot be read", "Operation 'c' is given a value for 'Y'", "depends on 'x'") { "$fault" | Should -BeLike "*$text*" }
        (Test-LabConfiguration $lab).Errors.Count | Should -Be $fault.Exception.Findings.Count
    }

    It 'that is the same key twice is a fault' {
        { Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { 1 }; DependsOn = 'b'; Dependencies = 'b' }, @{ Name = 'b'; ScriptBlock = { 1 } } } | Should -Throw -ErrorId 'LabRunner.DuplicateKey*' -ExpectedMessage "Operation 'a' has both 'Dependencies' and 'DependsOn', which mean the same*"
        $twice = [System.Collections.Generic.Dictionary[string, object]]::new()
        $twice['Name'] = 'a'; $twice['name'] = 'b'; $twice['ScriptBlock'] = { 1 }
        { Get-LabPlan -Operations @(, $twice) } | Should -Throw -ErrorId 'LabRunner.DuplicateKey*'
        { Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { 1 }; 'Retry-Count' = 1; RetryCount = 2 } } | Should -Throw -ErrorId 'LabRunner.DuplicateKey*'
        (Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { 1 }; DependsOn = $null; Dependencies = @() }).Operations.Name | Should -Be 'a'
    }

    It 'that is refused here is not refused once more by the core' {
        $fault = { Get-LabPlan -Operations @{ Name = 'a'; Command = 'ls'; Mode = 'service'; Ready = @{ Tcp = '127.0.0.1:1'; Interval = 0; Timeout = 'soon' }; StopGrace = 0 } } | Should -Throw -PassThru
        $fault.Exception.Findings.Count | Should -Be 3
        "$fault" | Should -Not -Match 'cannot be read'
    }
}
