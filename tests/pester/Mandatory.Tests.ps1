# A mandatory parameter without a value is a fault of the plan: nobody could be asked for it later.

Describe 'A mandatory parameter' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        $said = "Operation 'a' has no value for its mandatory parameter 'ServerName'.*"
        $script = Join-Path $TestDrive 'needs.ps1'
        Set-Content -LiteralPath $script 'param([Parameter(Mandatory)] [string] $ServerName)', '"on $ServerName"'
    }

    It 'without a value is a fault, and nothing starts: <_>' -ForEach @(
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory)] $ServerName) } }'
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory = $true)] [string] $ServerName) } }'
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory)] $ServerName, $Port) }; Parameters = @{ Port = 1 } }'
        '@{ Name = "a"; Script = "param([Parameter(Mandatory)] `$ServerName)" }'
        '@{ Name = "a"; Path = $script }'
    ) {
        $flag = Join-Path $TestDrive 'started'
        $operation = & ([scriptblock]::Create("param(`$script) $_")) $script
        { Invoke-ParallelLabRunner $operation, @{ Name = 'b'; ScriptBlock = { Set-Content $using:flag 1 } } } | Should -Throw -ErrorId 'LabRunner.MissingParameter*' -ExpectedMessage $said
        { Get-LabPlan -Operations $operation } | Should -Throw -ErrorId 'LabRunner.MissingParameter*'
        $flag | Should -Not -Exist
    }

    It 'that gets one is none: <_>' -ForEach @(
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory)] $ServerName) "on $ServerName" }; Parameters = @{ ServerName = "x" } }'
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory)] [Alias("Server")] $ServerName) "on $ServerName" }; Parameters = @{ Server = "x" } }'
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory = $false)] $ServerName = "x") "on $ServerName" } }'
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory, ParameterSetName = "one")] $One, [Parameter(Mandatory, ParameterSetName = "two")] $Two) "on $Two" }; Parameters = @{ Two = "x" } }'
        '@{ Name = "a"; ScriptBlock = { param([Parameter(Mandatory)] $All) "on $($All.Size)" }; Parameters = @{ Size = "x" } }'
        '@{ Name = "a"; Path = $script; Parameters = @{ ServerName = "x" } }'
    ) {
        (Invoke-ParallelLabRunner (& ([scriptblock]::Create("param(`$script) $_")) $script)).Output | Should -Be 'on x'
    }

    It 'is found in a lab, at its operation, when it is checked, planned and run' {
        $lab = Join-Path $TestDrive 'lab.yaml'
        Set-Content -LiteralPath $lab 'name: x', 'operations:', '  - name: b', '    script: Write-Output 1', '  - name: a', '    script: param([Parameter(Mandatory)] $ServerName) $ServerName'
        $test = Test-LabConfiguration $lab
        $test.Valid | Should -BeFalse
        $test.Errors[0].Id | Should -Be 'LabRunner.MissingParameter'
        $test.Errors[0].Line | Should -BeGreaterThan 4
        { Get-LabPlan $lab -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.MissingParameter*'
    }

    It 'of one of -Scripts fails that script alone' {
        $summary = Invoke-ParallelLabRunner -Scripts $script, { 'other' } 2>$null
        $summary.FailedScripts | Should -Be 1
        $summary.CompletedScripts | Should -Be 1
        ($summary.Results | Where-Object State -EQ 'Failed').Error | Should -BeLike "*tried to prompt for 'ServerName'*"
    }
}
