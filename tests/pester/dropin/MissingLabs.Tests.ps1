# Labs and configurations that do not exist or cannot be run: an error and a result, the end of the script where the caller
# wants errors to end it, and an exit code for builds. And how a lab is found by its name.

BeforeAll {
    . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
    $script:module = (Get-Module -Name LabRunner).ModuleBase
    $script:homeBefore = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    Set-Content -LiteralPath "$TestDrive/flat.yaml" -Value 'name: Flat'
    Set-Content -LiteralPath "$TestDrive/two.yaml" -Value 'name: Two', 'operations:', '  - { name: a, script: "1", dependencies: [x] }', '  - { name: b, scrpt: "1" }'
    Push-Location $TestDrive
}
AfterAll {
    Pop-Location
    $env:LABRUNNER_HOME = $homeBefore
}

Describe 'Start-AdvancedLabOrchestration of <Lab>' -ForEach @(
    @{ Lab = 'flat.yaml'; Id = 'LabRunner.MissingKey'; Name = 'Flat' }
    @{ Lab = 'two.yaml'; Id = 'LabRunner.*'; Name = 'Two' }
    @{ Lab = 'none.yaml'; Id = 'LabRunner.FileUnreadable'; Name = 'none' }
    @{ Lab = 'nodrive:/x.yaml'; Id = 'LabRunner.FileUnreadable'; Name = 'x' }
) {
    It 'writes one error and returns a report that says so (-DryRun: <_>)' -ForEach $true, $false {
        $report = Start-AdvancedLabOrchestration $Lab -DryRun:$_ -ErrorVariable said 2>$null 3>$null
        $said.Count | Should -Be 1
        $said[0].FullyQualifiedErrorId | Should -BeLike "$Id,Start-AdvancedLabOrchestration"
        $said[0].InvocationInfo.Line | Should -Match 'Start-AdvancedLabOrchestration \$Lab'
        $report.Summary.Success | Should -BeFalse
        $report.Summary.Status, $report.Summary.Name, $report.Summary.DryRun | Should -Be @('Invalid', $Name, $_)
        $report.Error | Should -Be $said[0].Exception.Message
        $report.Results.Count | Should -Be 0
        "$report" | Should -Be "${Name}: Invalid"
    }

    It 'ends the script where errors are to' {
        { Start-AdvancedLabOrchestration $Lab -ErrorAction Stop 3>$null } | Should -Throw -ErrorId "$Id,Start-AdvancedLabOrchestration"
        { $ErrorActionPreference = 'Stop'; Start-AdvancedLabOrchestration $Lab 3>$null } | Should -Throw -ErrorId "$Id,Start-AdvancedLabOrchestration"
    }

    It 'gives no job' {
        Start-AdvancedLabOrchestration $Lab -AsJob -ErrorVariable said 2>$null 3>$null | Should -BeNullOrEmpty
        $said.Count | Should -Be 1
    }
}

Describe 'Start-AdvancedLabOrchestration' {
    It 'carries all faults in the one error' {
        $null = Start-AdvancedLabOrchestration two.yaml -ErrorVariable said 2>$null 3>$null
        $said[0].Exception.Findings.Count | Should -BeGreaterOrEqual 2
        foreach ($text in "depends on 'x'", "'scrpt'") { "$($said[0])" | Should -BeLike "*$text*" }
    }

    It 'takes a call that contradicts itself for a mistake of the call' {
        { Start-AdvancedLabOrchestration flat.yaml -CustomProviders x } | Should -Throw
        Set-Content -LiteralPath "$TestDrive/sound.yaml" -Value 'name: Sound', 'operations:', '  - { name: a, script: "1" }'
        { Start-AdvancedLabOrchestration sound.yaml -Target nobody } | Should -Throw -ErrorId 'LabRunner.UnknownOperation*'
    }
}

Describe 'A lab that nobody knows' {
    It 'is an error and a result of Start-LabAutomation' -ForEach @(
        @{ Call = { Start-LabAutomation -LabName Typo -ErrorVariable said 2>$null } }
        @{ Call = { Start-LabAutomation -LabName Typo -ValidationOnly -ErrorVariable said 2>$null } }
        @{ Call = { Start-LabAutomation -ErrorVariable said 2>$null } }
    ) {
        $result = . $Call
        $result.Status, $result.Success | Should -Be @('NoConfiguration', $false)
        $said.Count | Should -Be 1
        $said[0].FullyQualifiedErrorId | Should -Be 'LabRunner.NoConfiguration,Start-LabAutomation'
        $result.Message | Should -Be $said[0].Exception.Message
    }

    It 'ends the script where errors are to: <_>' -ForEach '-LabName Typo', '-ConfigPath ./typo.yaml', '' {
        { Invoke-Expression "Start-LabAutomation $_ -ErrorAction Stop" } | Should -Throw -ErrorId 'LabRunner.*,Start-LabAutomation'
        { $ErrorActionPreference = 'Stop'; Invoke-Expression "Start-LabAutomation $_" } | Should -Throw -ErrorId 'LabRunner.*,Start-LabAutomation'
    }

    It 'says where was looked, once and shortly' {
        $said = { Start-LabAutomation -LabName Typo -ErrorAction Stop } | Should -Throw -PassThru
        "$said" | Should -Match "The lab 'Typo' has no file"
        "$said" | Should -Match 'configs'
        "$said".Length | Should -BeLessThan 900
    }
}

Describe 'The exit code' {
    It 'of <Code> is <Exit>' -ForEach @(
        @{ Code = 'Start-LabAutomation -LabName Typo'; Exit = 1 }
        @{ Code = 'Start-LabAutomation -ConfigPath ./typo.yaml'; Exit = 1 }
        @{ Code = 'Start-AdvancedLabOrchestration ./flat.yaml'; Exit = 1 }
        @{ Code = 'Get-LabConfig ./typo.json'; Exit = 1 }
        @{ Code = 'Start-LabAutomation -LabName Typo -ErrorAction Stop; exit 0'; Exit = 1 }
        @{ Code = 'Start-AdvancedLabOrchestration ./flat.yaml -ErrorAction Stop; exit 0'; Exit = 1 }
        @{ Code = 'Get-LabConfig ./typo.json -ErrorAction Stop; exit 0'; Exit = 1 }
        @{ Code = 'Get-LabConfig ./flat.yaml'; Exit = 0 }
    ) {
        $null = Invoke-SamePowerShell -Command "Import-Module '$module'; Set-Location '$TestDrive'; $Code" 2>$null
        $LASTEXITCODE | Should -Be $Exit
    }
}

Describe 'A lab by its name' {
    BeforeAll {
        $null = New-Item -ItemType Directory "$TestDrive/labs", "$TestDrive/elsewhere" -Force
        Set-Content -LiteralPath "$TestDrive/labs/webtier.yaml" -Value 'name: WebTier-Lab', 'operations:', '  - { name: a, script: "''web''" }'
        Set-Content -LiteralPath "$TestDrive/labs/data.psd1" -Value '@{ Name = "Data Lab"; Operations = @(@{ Name = "a"; Script = "''data''" }) }'
        Set-Content -LiteralPath "$TestDrive/labs/broken.yaml" -Value 'name: [', '  x'
        Set-Content -LiteralPath "$TestDrive/elsewhere/once.yaml" -Value 'name: Once-Run', 'operations:', '  - { name: a, script: "''once''" }'
        Set-Content -LiteralPath "$TestDrive/labs/same1.yaml", "$TestDrive/labs/same2.yaml" -Value 'name: Same', 'operations:', '  - { name: a, script: "1" }'
        $null = Start-AdvancedLabOrchestration ./elsewhere/once.yaml
    }

    It 'is found: <Name>' -ForEach @(
        @{ Name = 'webtier'; Output = 'web' }
        @{ Name = 'WebTier-Lab'; Output = 'web' }
        @{ Name = 'webtier-LAB'; Output = 'web' }
        @{ Name = 'Data Lab'; Output = 'data' }
        @{ Name = 'Once-Run'; Output = 'once' }
    ) {
        (Start-LabAutomation -LabName $Name).Results.Output | Should -Be $Output
        (Start-LabAutomation -LabName $Name -ValidationOnly).Status | Should -Be 'Valid'
        (Get-LabPlan -LabName $Name).Operations.Name | Should -Be 'a'
    }

    It 'that several files have is not guessed' {
        $said = { Start-LabAutomation -LabName Same -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.NoConfiguration*' -PassThru
        "$said" | Should -Match 'same1\.yaml, .*same2\.yaml'
        { Get-LabPlan -LabName Same } | Should -Throw -ExpectedMessage '*same1.yaml*'
        (Start-LabAutomation -LabName same1).Results.Success | Should -BeTrue
    }

    It 'is completed by what can be found, and no more' {
        $null = Start-LabAutomation -LabName ObjLab -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { 1 } } }
        $offered = { param($Line) (TabExpansion2 $Line $Line.Length).CompletionMatches.ListItemText }
        & $offered 'Start-LabAutomation -LabName web' | Should -Be @('webtier', 'WebTier-Lab')
        & $offered 'Start-LabAutomation -LabName Data' | Should -Be @('data', 'Data Lab')
        & $offered 'Get-LabPlan -LabName Once' | Should -Be 'Once-Run'
        Remove-Item "$TestDrive/elsewhere/once.yaml"
        & $offered 'Start-LabAutomation -LabName Once' | Should -Not -Contain 'Once-Run'
        & $offered 'Get-LabStatus -LabName Once' | Should -Be 'Once-Run'
        foreach ($name in & $offered 'Start-LabAutomation -LabName S') { $name | Should -Not -Be 'Same-Typo' }
    }
}

Describe 'The enterprise lab of the original' {
    BeforeAll { $script:enterprise = (Resolve-Path "$PSScriptRoot/../../data/labs/enterprise.yaml").ProviderPath }

    It 'plans and dry-runs as it stands' {
        $report = Start-AdvancedLabOrchestration $enterprise -DryRun -ErrorVariable said -WarningAction SilentlyContinue -WarningVariable warned
        $report.Summary.Success, $report.Summary.Status | Should -Be @($true, 'DryRun')
        $said.Count | Should -Be 0
        $report.ExecutionPlan.Levels[0] | Should -Be 'Create Networks'
        ($report.ExecutionPlan.Operations | Where-Object Name -EQ 'Create Networks').Timeout.TotalMinutes | Should -Be 20
        (Get-LabPlan $enterprise -WarningAction SilentlyContinue).Operations.Count | Should -Be $report.ExecutionPlan.Operations.Count
        (Test-LabConfiguration $enterprise).Valid | Should -BeTrue
        "$warned" | Should -Match 'param\(\$engine, .*\$\{multi-zone\}\)'
    }

    It 'is refused by one error and a report where it would run without its provider' {
        $report = Start-AdvancedLabOrchestration $enterprise -ErrorVariable said -WarningAction SilentlyContinue 2>$null
        $report.Summary.Success | Should -BeFalse
        $said.Count | Should -Be 1
        "$($said[0])" | Should -Match 'opentofu'
    }

    It 'runs where every script is one of PowerShell''s and what it checks is there' {
        $lab = "$TestDrive/enterprise.yaml"
        # A port of this machine is what all of its checks ask for.
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $port = $listener.LocalEndpoint.Port
            $text = (Get-Content -Raw -LiteralPath $enterprise).Replace('"opentofu"', '"powershell"').Replace('shop.lab.local', 'localhost').Replace('10.20.1.1"', "127.0.0.1:$port`"")
            $text = $text.Replace('port: 443' + [Environment]::NewLine + '        host', "port: $port`n        host").Replace("port: 443`n        host", "port: $port`n        host").Replace('endpoint: "http://localhost/health"', "tcp: `"localhost:$port`"")
            Set-Content -LiteralPath $lab -Value $text
            $report = Start-AdvancedLabOrchestration $lab -WarningAction SilentlyContinue 6>$null
        } finally {
            $listener.Stop()
        }
        $report.Error | Should -BeNullOrEmpty
        $report.Summary.Success | Should -BeTrue
        $report.ValidationResults.Name | Should -Be @('reachable', 'healthy')
        $report.Health.Checks.Operation | Sort-Object -Unique | Should -Be 'Create Networks'
    }
}
