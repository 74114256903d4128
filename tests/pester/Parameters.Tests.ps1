# How the Parameters of an operation meet its script.

Describe 'A script without a param block' {
    BeforeAll {
        Set-Content -LiteralPath "$TestDrive/whole.ps1" -Value '"$($args[0].''vpc-cidr'') of $($args.Count)"'
        $script:given = @{ 'vpc-cidr' = '10.0.0.0/16' }
    }

    It 'that reads them gets its parameters as <Name>, without a word' -ForEach @(
        @{ Name = '$Parameters'; Operation = @{ Name = 'a'; ScriptBlock = { "$($Parameters.'vpc-cidr')" } } }
        @{ Name = '$args[0]'; Operation = @{ Name = 'a'; ScriptBlock = { "$($args[0].'vpc-cidr')" } } }
        @{ Name = '$Parameters in text'; Operation = @{ Name = 'a'; Script = '"$($Parameters.''vpc-cidr'')"' } }
        @{ Name = '$Parameters in text with using'; Operation = @{ Name = 'a'; Script = "using namespace System.Text`n[Encoding]::UTF8.GetString([Encoding]::UTF8.GetBytes(`$Parameters.'vpc-cidr'))" } }
        @{ Name = '$Parameters in blocks of its own'; Operation = @{ Name = 'a'; ScriptBlock = { begin { $x = $Parameters } end { & { $x.'vpc-cidr' } } } } }
        @{ Name = '$Parameters in a function'; Operation = @{ Name = 'a'; ScriptBlock = { function Read-It { $Parameters.'vpc-cidr' }; Read-It } } }
        @{ Name = '$Parameters in a runspace of its own'; Operation = @{ Name = 'a'; ScriptBlock = { $Parameters.'vpc-cidr' }; Isolation = 'Runspace' } }
        @{ Name = '$Parameters in a process of its own'; Operation = @{ Name = 'a'; ScriptBlock = { $Parameters.'vpc-cidr' }; Isolation = 'Process' } }
    ) {
        $result = Invoke-ParallelLabRunner -Operations ($Operation + @{ Parameters = $given }) -WarningVariable said
        $result.Output | Should -Be '10.0.0.0/16'
        $said | Should -BeNullOrEmpty
    }

    It 'in a file gets them as $args[0]' {
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'a'; Path = "$TestDrive/whole.ps1"; Parameters = $given } -WarningVariable said
        $result.Output | Should -Be '10.0.0.0/16 of 1'
        $said | Should -BeNullOrEmpty
    }

    It 'that does not read them runs with a warning, whose advice is PowerShell' -ForEach 'Invoke-ParallelLabRunner', 'Get-LabPlan' {
        $null = & $_ -Operations @{ Name = 'net'; ScriptBlock = { 'ran' }; Parameters = [ordered]@{ 'vpc-cidr' = 1; Region = 2; 'odd}`{' = 3 } } -WarningVariable said -WarningAction SilentlyContinue
        @($said).Count | Should -Be 1
        "$said" | Should -Match "^Operation 'net' has parameters \(vpc-cidr, Region, odd\}``\{\), but its script has no param block\."
        $advice = [regex]::Match("$said", '(param\(.*\)), or read').Groups[1].Value
        $block = [scriptblock]::Create($advice)
        $block.Ast.ParamBlock.Parameters.Name.VariablePath.UserPath | Should -Be @('vpc-cidr', 'Region', 'odd}`{')
    }

    It 'in a file that does not read them runs with a warning too' {
        Set-Content -LiteralPath "$TestDrive/blind.ps1" -Value '"ran"'
        (Invoke-ParallelLabRunner -Operations @{ Name = 'net'; Path = "$TestDrive/blind.ps1"; Parameters = @{ a = 1 } } -WarningVariable said -WarningAction SilentlyContinue).Output | Should -Be 'ran'
        "$said" | Should -Be 'Operation ''net'' has a parameter (a), but its script has no param block. Begin it with param($a), or read $args[0].'
    }

    It 'keeps the places of its errors' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' {
        $file = "$TestDrive/placed.ps1"
        Set-Content -LiteralPath $file -Value '', '@{ Name = "a"; Parameters = @{ x = 1 }; ScriptBlock = {', '        [void] $Parameters', '        Get-Item /no/such', '    } }'
        $result = Invoke-ParallelLabRunner -Operations (& $file) 2>$null
        $result.Errors[0].InvocationInfo.ScriptLineNumber | Should -Be 4
        $result.Errors[0].InvocationInfo.ScriptName | Should -Be $file
    }

    It 'gives its rollback the parameters too' {
        $undone = "$TestDrive/undone.txt"
        $null = Invoke-ParallelLabRunner -FailureStrategy Rollback -ErrorAction SilentlyContinue -WarningVariable said -WarningAction SilentlyContinue -Operations @(
            @{ Name = 'a'; ScriptBlock = { $Parameters.File }; Rollback = { Set-Content -LiteralPath $Parameters.File -Value 'undone' }; Parameters = @{ File = $undone } }
            @{ Name = 'b'; ScriptBlock = { throw 'no' }; Dependencies = 'a' }
        )
        Get-Content -LiteralPath $undone | Should -Be 'undone'
        "$said" | Should -Not -Match 'param block'
    }

    It 'in a lab is warned of at its place' {
        Set-Content -LiteralPath "$TestDrive/whole.yaml" -Value 'name: whole', 'operations:', '  - name: net', '    parameters: { vpc-cidr: 10.0.0.0/16 }', '    script: Write-Output ran', '  - name: read', '    parameters: { vpc-cidr: 10.0.0.0/16 }', '    script: Write-Output $Parameters.''vpc-cidr'''
        $report = Start-AdvancedLabOrchestration "$TestDrive/whole.yaml" -WarningVariable said -WarningAction SilentlyContinue
        $report.Results.Output | Sort-Object | Should -Be @('10.0.0.0/16', 'ran')
        @($said).Count | Should -Be 1
        "$said" | Should -Match "whole\.yaml:3:5: Operation 'net' has a parameter \(vpc-cidr\).*param\(\$\{vpc-cidr\}\)"
        $test = Test-LabConfiguration "$TestDrive/whole.yaml"
        $test.Valid | Should -BeTrue
        $test.Warnings.Id | Should -Be 'LabRunner.UnknownParameter'
    }

    It 'that declares none is held to that' {
        $fault = { Get-LabPlan -Operations @{ Name = 'a'; ScriptBlock = { param() 1 }; Parameters = $given } } |
            Should -Throw -ErrorId 'LabRunner.UnknownParameter*' -PassThru
        $fault.ErrorDetails.RecommendedAction | Should -BeLike '*param(${vpc-cidr})*'
    }
}
