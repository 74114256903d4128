# What is said about configuration files: labs and others.

Describe 'Configuration files' {
    BeforeAll {
        Set-Location -LiteralPath $TestDrive
        function New-File([string] $Name, [string] $Text) {
            Set-Content -LiteralPath $Name -Value $Text
            $Name
        }
    }

    AfterAll { Set-Location -LiteralPath $PSScriptRoot }

    It 'names both places of keys that PowerShell takes for one, in <Name>' -ForEach @(
        @{ Name = 'twins.json'; Text = "{`"name`": `"x`",`n `"metadata`": {`"Id`": 1,`n  `"ID`": 2}, `"operations`": [{`"name`": `"a`", `"script`": `"1`"}]}"; First = 'line 2, column 15' }
        @{ Name = 'twins.yaml'; Text = "name: x`nmetadata:`n  Id: 1`n  ID: 2`noperations: [{name: a, script: '1'}]"; First = 'line 3, column 3' }
    ) {
        $file = New-File $Name $Text
        $test = Test-LabConfiguration $file
        $test.Valid | Should -BeTrue
        $test.Warnings | Should -HaveCount 1
        $test.Warnings[0].Message | Should -Be "The key 'ID' differs from 'Id' ($First) in case only."
        $config = Get-LabConfig $file -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -BeLike "*The key 'ID' differs from 'Id' ($First) in case only. PowerShell takes them for one and keeps the last value.*"
        $config.metadata.Id | Should -Be 2
    }

    It 'finds them in a configuration that is not a lab' {
        $null = Get-LabConfig (New-File 'tools.yaml' "Tools: 1`ntools: 2") -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings[0].Message | Should -BeLike "*tools.yaml:2:1: The key 'tools' differs from 'Tools' (line 1, column 1) in case only*"
    }

    It 'warns of <Word> without quotes, with its place' -ForEach @(
        @{ Word = 'no'; Meant = 'false' }
        @{ Word = 'Yes'; Meant = 'true' }
        @{ Word = 'off'; Meant = 'false' }
        @{ Word = 'ON'; Meant = 'true' }
    ) {
        $test = Test-LabConfiguration (New-File 'word.yaml' "name: x`nnodes: [{name: n, backup: $Word}]`noperations:`n- {name: b, for-each: nodes, when: item.backup, script: '1'}")
        $test.Valid | Should -BeTrue
        $test.Warnings.Id | Should -Be 'LabRunner.AmbiguousWord'
        $test.Warnings[0].Line, $test.Warnings[0].Column | Should -Be 2, 27
        $test.Warnings[0].Advice | Should -Be "Write $Meant, or put it in quotes if the text is meant: '$Word'."
    }

    It 'says once that a configuration is not a lab' {
        $file = New-File 'other.yaml' "ComputerName: x`nFirewallPorts: [1]`nSetup: {a: no}"
        $test = Test-LabConfiguration $file
        $test.Errors | Should -HaveCount 1
        $test.Warnings | Should -BeNullOrEmpty
        $test.Errors[0].Message | Should -Be "'other.yaml' is not a lab configuration: it has no 'operations'."
        $test.Errors[0].Advice | Should -BeLike 'Get-LabConfig reads it.*'
        (Get-LabConfig $file -WarningAction SilentlyContinue).ComputerName | Should -Be 'x'
    }

    It 'leaves variables of other programs as they are in a configuration that is not a lab' {
        $config = Get-LabConfig (New-File 'code.json' '{"folder": "${workspaceFolder}/src", "home": "${LR_NO:-none}"}') -WarningVariable warnings -WarningAction SilentlyContinue
        $config.folder | Should -Be '${workspaceFolder}/src'
        $config.home | Should -Be 'none'
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -BeLike "*code.json:1:13: the variable 'workspaceFolder' does not exist; '`${workspaceFolder}' stays as it is.*"
    }

    It 'shows nothing of an included file that is not a configuration file' {
        Set-Content -LiteralPath 'secret.txt' -Value "root:*:hunter2"
        $file = New-File 'including.yaml' "name: x`ninclude: secret.txt`noperations:`n- {name: b, script: '1'}"
        $test = Test-LabConfiguration $file
        $test.Errors.Id | Should -Be 'LabRunner.InvalidInclude'
        $test | ConvertTo-Json -Depth 5 | Should -Not -Match 'hunter2'
    }

    It 'runs a condition on the environment where there is none' {
        $file = New-File 'when.yaml' "name: x`nnodes: [{name: w, role: web}]`noperations:`n- {id: configure, name: 'configure-{{ item.name }}', for-each: nodes, when: item.role == 'web' and environment != 'dev', script: '1'}"
        (Start-AdvancedLabOrchestration $file).Results.Name | Should -Be 'configure-w'
        { Start-AdvancedLabOrchestration $file -Environment dev -DryRun -ErrorAction Stop } | Should -Throw
    }
}

Describe 'A lab with a provider that is missing' {
    BeforeAll {
        Set-Location -LiteralPath $TestDrive
        "name: cloud`noperations:`n- {name: network, provider: opentofu, script: '= not PowerShell', parameters: {vpc-cidr: 10.0.0.0/16}}`n- {name: web, script: `"'deployed'`", dependencies: [network]}`n- {name: apart, script: `"'apart'`"}" | Set-Content cloud.yaml
    }

    AfterAll { Set-Location -LiteralPath $PSScriptRoot }

    It 'is valid, with a warning at its place' {
        $test = Test-LabConfiguration cloud.yaml
        $test.Valid | Should -BeTrue
        $test.Warnings.Id | Should -Be 'LabRunner.UnknownProvider'
        $test.Warnings[0].Line | Should -Be 3
        $test.Warnings[0].Operation | Should -Be 'network'
    }

    It 'is planned, and dry-run, with all its operations' {
        (Get-LabPlan cloud.yaml -WarningAction SilentlyContinue).Operations.Name | Should -Be 'network', 'web', 'apart'
        $report = Start-AdvancedLabOrchestration cloud.yaml -DryRun -WarningVariable warnings -WarningAction SilentlyContinue
        $report.Summary.Success | Should -BeTrue
        $report.ExecutionPlan.Operations | Should -HaveCount 3
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -BeLike "*the provider 'opentofu' is not available yet; the operation can be planned but not run.*"
        Start-AdvancedLabOrchestration cloud.yaml -WhatIf -WarningAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'is refused where it would run, before anything starts' {
        $failure = $null
        try { $report = Start-AdvancedLabOrchestration cloud.yaml -WarningVariable warnings -ErrorAction Stop } catch { $failure = $_ }
        $warnings | Should -BeNullOrEmpty -Because 'it is said once'
        $failure.FullyQualifiedErrorId | Should -BeLike 'LabRunner.UnknownProvider*'
        $failure.Exception.Message | Should -BeLike "*cloud.yaml:3:29: operation 'network': the provider 'opentofu'*"
        $report.Results | Should -BeNullOrEmpty
    }

    It 'runs without that operation' {
        (Start-AdvancedLabOrchestration cloud.yaml -Only apart -WarningVariable warnings).Results.Output | Should -Be 'apart'
        $warnings | Should -BeNullOrEmpty
    }
}

Describe 'Numbers of configuration files' {
    BeforeAll { Set-Location -LiteralPath $TestDrive }

    AfterAll { Set-Location -LiteralPath $PSScriptRoot }

    It 'gives <Written> as a <Type> that is written the same everywhere' -ForEach @(
        @{ Written = '5'; Type = 'Int32' }
        @{ Written = '0'; Type = 'Int32' }
        @{ Written = '-7'; Type = 'Int32' }
        @{ Written = '4294967296'; Type = 'Int64' }
        @{ Written = '123456789012345678901234567890'; Type = 'BigInteger' }
        @{ Written = '1.5'; Type = 'Double' }
        @{ Written = '3.10'; Type = 'Decimal' }
        @{ Written = '22.10'; Type = 'Decimal' }
        @{ Written = '100.0'; Type = 'Decimal' }
        @{ Written = '8.0'; Type = 'Decimal' }
        @{ Written = '0.00001'; Type = 'Decimal' }
        @{ Written = '1e3'; Type = 'String' }
        @{ Written = '61e9540'; Type = 'String' }
        @{ Written = '-61e9540'; Type = 'String' }
        @{ Written = '3.141592653589793238462643383279502884'; Type = 'String' }
        @{ Written = '010'; Type = 'String' }
        @{ Written = '0x1F'; Type = 'String' }
        @{ Written = '+5'; Type = 'String' }
        @{ Written = '.5'; Type = 'String' }
        @{ Written = '.inf'; Type = 'String' }
    ) {
        "name: x`nmetadata: { Value: $Written }`noperations:`n- name: p`n  parameters: { Typed: $Written, Untyped: $Written }`n  script: |`n    param([string] `$Typed, `$Untyped)`n    `"`$Typed `$Untyped`"`n- name: '$Written'`n  command: printenv`n  args: [VALUE]`n  env: { VALUE: $Written }" | Set-Content numbers.yaml
        $value = (Get-LabConfig numbers.yaml).metadata.Value
        $value.GetType().Name | Should -Be $Type
        "$value" | Should -BeExactly $Written
        $results = (Start-AdvancedLabOrchestration numbers.yaml -WarningAction SilentlyContinue).Results
        ($results | Where-Object Name -EQ p).Output | Should -BeExactly "$Written $Written"
        if ($IsLinux) { ($results | Where-Object Name -NE p).Output | Should -BeExactly $Written }
        $results.Name | Should -Contain $Written

        foreach ($format in 'Yaml', 'Json') {
            $again = Join-Path $TestDrive "again.$format".ToLower()
            Export-LabConfig -InputObject (Get-LabConfig numbers.yaml) -Path $again -Force
            $value = (Get-LabConfig $again).metadata.Value
            "$value" | Should -BeExactly $Written -Because $format
            $value.GetType().Name | Should -Be $Type -Because $format
        }
    }

    It 'keeps numbers that are written in full for arithmetic and comparison' {
        '{"a": 10.0, "b": 3.10, "c": 1.5}' | Set-Content numbers.json
        $config = Get-LabConfig numbers.json
        $config.a -gt 9 | Should -BeTrue
        $config.b * 2 | Should -Be 6.2
        $config.c + 1 | Should -Be 2.5
        [version] $config.b | Should -Be ([version] '3.10')
    }
}
