# What a person sees who writes labs as PowerShell data files.

Describe 'A lab in psd1' {
    BeforeAll {
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        function New-Lab([string] $Text, [string] $Name = 'lab.psd1') {
            $path = Join-Path $TestDrive $Name
            Set-Content $path $Text
            $path
        }
        $sound = @'
# A lab as data.
@{
    Name = 'Web'
    Settings = [ordered]@{ MaxConcurrency = 2 }
    Nodes = @(
        @{ Name = 'WEB-01'; Memory = 4GB; Ratio = -0.5; Tags = 'a', 'b'; On = $true; Off = $false; None = $null }
        @{ Name = 'WEB-02'; Memory = 512MB }
    )
    Operations = @(
        @{
            Name = 'Greet'
            Parameters = @{ Who = 'you' }
            ScriptBlock = {
                param($Who)

                "hello ${Who}: {{0}} $(1 + 1)"
            }
        }
        @{ Name = 'After'; Dependencies = 'Greet'; ScriptBlock = { @{ At = $MyInvocation.ScriptLineNumber; Line = ([System.Management.Automation.CallStackFrame] (Get-PSCallStack)[0]).ScriptLineNumber } } }
    )
}
'@
    }

    AfterAll { $env:LABRUNNER_HOME = $userHome }

    It 'is read as PowerShell reads it, and keeps its order' {
        $config = Get-LabConfig (New-Lab $sound)
        $config.PSBase.Keys -join ' ' | Should -Be 'Name Settings Nodes Operations'
        $config.nodes[0].memory | Should -Be 4GB
        $config.nodes[0].ratio | Should -Be -0.5
        $config.nodes[0].tags | Should -Be 'a', 'b'
        $config.nodes[0].on | Should -BeTrue
        $config.nodes[0].off | Should -BeFalse
        $config.nodes[0].PSBase.Contains('None') | Should -BeTrue
        $config.nodes.Count | Should -Be 2
        $config.operations[0].scriptblock | Should -BeLike '*param($Who)*"hello ${Who}: {{0}} $(1 + 1)"'
    }

    It 'is checked, and runs' {
        $lab = New-Lab $sound
        (Test-LabConfiguration $lab).Valid | Should -BeTrue
        $report = Start-AdvancedLabOrchestration $lab
        $report.Summary.Status | Should -Be 'Succeeded'
        $report.Results[0].Result | Should -Be 'hello you: {{0}} 2'
        $report.Results[1].Result.Line | Should -Be 19 -Because 'positions in a script are those of the file'
        (Start-LabAutomation -ConfigPath $lab).Status | Should -Be 'Success'
    }

    It 'is never executed: <Case>' -ForEach @(
        @{ Case = 'a command'; Text = "@{`n  Name = 'x'`n  A = New-Item PATH`n}"; Line = 3; Column = 7; Message = "*'New-Item' is a command*" }
        @{ Case = 'a variable'; Text = "@{ Name = `$env:USER }"; Line = 1; Column = 11; Message = '*$env:USER*' }
        @{ Case = 'an expandable string'; Text = "@{ Name = `"a `$(New-Item PATH)`" }"; Line = 1; Column = 11; Message = '*expanded*' }
        @{ Case = 'a subexpression'; Text = "@{ Name = `$(New-Item PATH) }"; Line = 1; Column = 11; Message = '*executed*' }
        @{ Case = 'a method call'; Text = "@{ Name = [IO.File]::WriteAllText('PATH', '') }"; Line = 1; Column = 11; Message = '*method call*' }
        @{ Case = 'a cast'; Text = "@{ Name = [version] '1.0' }"; Line = 1; Column = 11; Message = '*[[]version]*' }
        @{ Case = 'an operator'; Text = "@{ Name = 'a' + 'b' }"; Line = 1; Column = 11; Message = '*executed*' }
        @{ Case = 'a key that is computed'; Text = "@{ (New-Item PATH) = 1 }"; Line = 1; Column = 4; Message = '*a key is*' }
        @{ Case = 'a second statement'; Text = "@{ Name = 'x' }`nNew-Item PATH"; Line = 2; Column = 1; Message = '*one hashtable*' }
        @{ Case = 'a param block'; Text = "param(`$x = (New-Item PATH))`n@{ Name = 'x' }"; Line = 1; Column = 1; Message = '*one hashtable*' }
        @{ Case = 'a pipeline'; Text = "@{ Name = 'x' | New-Item PATH }"; Line = 1; Column = 11; Message = '*data*' }
        @{ Case = 'a redirection'; Text = "@{ Name = 'x' > PATH }"; Line = 1; Column = 11; Message = '*statement*' }
    ) {
        $trace = Join-Path $TestDrive 'executed.txt'
        $lab = New-Lab $Text.Replace('PATH', $trace)
        $test = Test-LabConfiguration $lab
        $test.Valid | Should -BeFalse
        $finding = $test.Errors | Where-Object Id -EQ 'LabRunner.NotData' | Select-Object -First 1
        $finding.Line | Should -Be $Line
        $finding.Column | Should -Be $Column
        $finding.Message | Should -BeLike $Message
        $finding.Snippet | Should -BeLike '*^*'
        { Get-LabConfig $lab } | Should -Throw -ErrorId 'LabRunner.NotData*'
        Test-Path $trace | Should -BeFalse
    }

    It 'has all its faults found at once' {
        $lab = New-Lab "@{`n  Name = Get-Date`n  Other = `$x`n  Operations = @(@{ Name = 'a'; ScriptBlock = { 1 }; Timeout = 'soon' })`n}"
        (Test-LabConfiguration $lab).Errors.Line | Should -Contain 2
        (Test-LabConfiguration $lab).Errors.Line | Should -Contain 3
    }

    It 'has faults of the lab at their line and column' {
        $lab = New-Lab "@{`n  Name = 'x'`n  Operations = @(`n    @{ Name = 'a'; ScriptBlock = { 1 }; Timeout = 'soon' }`n    @{ Name = 'b'; ScriptBlock = { 1 }; Dependencies = 'c' }`n  )`n}"
        $errors = (Test-LabConfiguration $lab).Errors
        $timeout = $errors | Where-Object Id -EQ 'LabRunner.InvalidQuantity'
        $timeout.Line, $timeout.Column | Should -Be 4, 51
    }

    It 'refuses towers and keys that differ in case only, and what is no text' {
        (Test-LabConfiguration (New-Lab ("@{ Name = " + '@(' * 100000 + ')' * 100000 + ' }'))).Errors[0].Id | Should -Be 'LabRunner.DocumentTooLarge'
        (Test-LabConfiguration (New-Lab "@{ Name = 'x'; name = 'y' }")).Errors[0].Id | Should -Be 'LabRunner.DuplicateKey'
        [IO.File]::WriteAllBytes("$TestDrive/bytes.psd1", [byte[]](0x40, 0x7b, 0xff, 0xfe))
        (Test-LabConfiguration "$TestDrive/bytes.psd1").Errors[0].Id | Should -Be 'LabRunner.NotText'
        (Test-LabConfiguration (New-Lab '# nothing')).Errors[0].Id | Should -Be 'LabRunner.NotAMapping'
    }

    It 'can be UTF-16' {
        $lab = Join-Path $TestDrive 'wide.psd1'
        Set-Content $lab "@{ Name = 'Grüße' }" -Encoding unicode
        (Get-LabConfig $lab).name | Should -Be 'Grüße'
    }
}
