# What a person, or a build, sees who checks and reads configuration.

Describe 'Checks of configuration' {
    BeforeAll {
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        function New-Lab([string] $Text, [string] $Name) {
            $path = Join-Path $TestDrive $Name
            Set-Content $path $Text
            $path
        }
        $good = New-Lab "name: good`noperations:`n  - { name: a, script: `"'a'`" }" 'good.yaml'
        $bad = New-Lab "name: bad`noperations:`n  - { name: a, script: `"'a'`", timeout: soon, odd: 1 }`n  - { name: b, script: `"if (`", timeout: 1.5.2 }" 'bad.yaml'
        Push-Location $TestDrive
    }

    AfterAll { Pop-Location }

    Context 'Test-LabConfiguration' {
        It 'finds everything in one pass, with place, snippet and advice' {
            $test = Test-LabConfiguration $bad
            $test.Valid | Should -BeFalse
            $test.Errors.Count | Should -BeGreaterOrEqual 2
            foreach ($finding in $test.Errors) {
                $finding.Line | Should -BeGreaterThan 2
                $finding.Column | Should -BeGreaterThan 0
                $finding.Snippet | Should -Match '\^'
                if ($finding.Id -ne 'LabRunner.ScriptSyntax') { $finding.Code | Should -Match '^LR\d{4}$' }
            }
            $syntax = $test.Errors | Where-Object Id -EQ 'LabRunner.ScriptSyntax'
            $syntax.Operation | Should -Be 'b'
            $syntax.Line | Should -Be 4
            $test.Warnings.Message | Should -BeLike "*'odd'*"
        }

        It 'answers one question about several files, with -Quiet' {
            Test-LabConfiguration $good -Quiet | Should -BeTrue
            $answers = @(Get-Item $good, $bad | Test-LabConfiguration -Quiet)
            $answers.Count | Should -Be 1
            $answers[0] | Should -BeFalse
            (Test-LabConfiguration *.yaml).Count | Should -Be 2
        }

        It 'writes text, and an error for the exit code' {
            $text = Test-LabConfiguration $bad, $good -Format Text -ErrorVariable failure -ErrorAction SilentlyContinue
            $text | Should -Match '(?m)^.*bad\.yaml:3:\d+: error LR0208: '
            $text | Should -Match '(?m)bad\.yaml: not valid, \d errors, 1 warning$'
            $text | Should -Match '(?m)good\.yaml: valid, 1 operation$'
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'LabRunner.InvalidLab*'
            $failure[0].Exception.Message | Should -BeLike '1 of 2 labs*'
            Test-LabConfiguration $good -Format Text | Should -BeLike '*valid, 1 operation'
        }

        It 'ends a pwsh with exit code <Code> for a lab that is <What>' -ForEach @(
            @{ What = 'sound'; File = 'good.yaml'; Code = 0 }
            @{ What = 'not'; File = 'bad.yaml'; Code = 1 }
        ) {
            $module = (Get-Module LabRunner).Path
            $null = Invoke-SamePowerShell -Command "Import-Module '$module'; Test-LabConfiguration '$TestDrive/$File' -Format GitHub" 2>&1
            $LASTEXITCODE | Should -Be $Code
        }

        It 'writes JSON' {
            $json = Test-LabConfiguration $bad, $good -Format Json -ErrorAction SilentlyContinue | ConvertFrom-Json
            $json.Count | Should -Be 2
            $json[0].valid | Should -BeFalse
            $json[0].psobject.Properties.Name | Should -Be 'path', 'labName', 'valid', 'findings', 'operations'
            $json[0].findings[0].psobject.Properties.Name | Should -Be 'id', 'code', 'severity', 'message', 'advice', 'operation', 'file', 'line', 'column', 'snippet'
            $json[0].findings[0].line | Should -Be 3
            $json[0].findings[0].snippet | Should -Match '\^'
            $json[1].operations | Should -Be 'a'
        }

        It 'writes annotations for GitHub, escaped' {
            $lines = (Test-LabConfiguration $bad -Format GitHub -ErrorAction SilentlyContinue) -split "`r?`n"
            $lines[0] | Should -Match '^::error file=bad\.yaml,line=3,col=\d+,title=LabRunner\.InvalidQuantity::'
            @($lines -match '^::warning file=bad\.yaml').Count | Should -Be 1
            $lines[0] | Should -Match '%0A' -Because 'the advice is a second line'
            Test-LabConfiguration $good -Format GitHub | Should -BeNullOrEmpty
        }

        It 'writes SARIF' {
            $sarif = Test-LabConfiguration $bad -Format Sarif -ErrorAction SilentlyContinue | ConvertFrom-Json
            $sarif.version | Should -Be '2.1.0'
            $run = $sarif.runs[0]
            $run.tool.driver.name | Should -Be 'LabRunner'
            $result = $run.results[0]
            $run.tool.driver.rules[$result.ruleIndex].id | Should -Be $result.ruleId
            $result.level | Should -Be 'error'
            $result.locations[0].physicalLocation.artifactLocation.uri | Should -Be 'bad.yaml'
            $result.locations[0].physicalLocation.region.startLine | Should -Be 3
            $result.locations[0].physicalLocation.region.snippet.text | Should -Match 'timeout: soon'
        }

        It 'shows the text and returns the objects, with -PassThru' {
            $test = Test-LabConfiguration $good -Format Text -PassThru -InformationVariable shown 6>$null
            $test.Valid | Should -BeTrue
            "$shown" | Should -BeLike '*valid, 1 operation'
        }

        It 'checks an environment' {
            $lab = New-Lab "name: x`nenvironments: { dev: { operations: [{ name: a, timeout: soon }] } }`noperations:`n  - { name: a, script: `"'a'`" }" 'env.yaml'
            (Test-LabConfiguration $lab).Valid | Should -BeTrue
            (Test-LabConfiguration $lab -Environment dev).Errors[0].Line | Should -Be 2
            (Test-LabConfiguration $lab -Environment dve).Errors[0].Advice | Should -BeLike "*'dev'*"
        }
    }

    Context 'Get-LabConfig' {
        BeforeAll {
            $lab = New-Lab @'
zeta: 1
name: Web
network: { subnet: 10.0.0.0/24, dns: [10.0.0.1, 10.0.0.2] }
settings: { timeout: 30 }
greeting: hello ${LABRUNNER_WHO:-you}
environments: { dev: { settings: { timeout: 5 } } }
'@ 'read.yaml'
            Set-Content (Join-Path $TestDrive 'read.prod.yaml') 'network: { subnet: 10.9.0.0/24 }'
        }

        It 'merges environments and fills in variables' {
            $config = Get-LabConfig $lab
            $config.network.subnet | Should -Be '10.0.0.0/24'
            $config['NETWORK']['dns'][1] | Should -Be '10.0.0.2'
            $config.greeting | Should -Be 'hello you'
            (Get-LabConfig $lab -Environment dev).settings.timeout | Should -Be 5
            (Get-LabConfig $lab -Environment prod).network.subnet | Should -Be '10.9.0.0/24'
            $env:LABRUNNER_WHO = 'session'
            try { (Get-LabConfig $lab).greeting | Should -Be 'hello session' } finally { $env:LABRUNNER_WHO = $null }
        }

        It 'reads what is written, with -Raw' {
            (Get-LabConfig $lab -Raw).greeting | Should -Be 'hello ${LABRUNNER_WHO:-you}'
            { Get-LabConfig $lab -Raw -Environment dev } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
        }

        It 'says where values come from, with -Explain' {
            $origins = Get-LabConfig $lab -Environment prod -Explain
            $subnet = $origins | Where-Object Path -EQ 'network.subnet'
            $subnet.Value | Should -Be '10.9.0.0/24'
            $subnet.File | Should -BeLike '*read.prod.yaml'
            $subnet.Line | Should -Be 1
            $subnet.Overridden[0].Value | Should -Be '10.0.0.0/24'
            $subnet.Overridden[0].Line | Should -Be 3
            ($origins | Where-Object Path -EQ 'greeting').Written | Should -Be 'hello ${LABRUNNER_WHO:-you}'
            $origins | Out-String -Width 200 | Should -Match 'network\.subnet\s+10\.9\.0\.0/24\s+read\.prod\.yaml:1\s+10\.0\.0\.0/24 \(read\.yaml:3\)'
        }

        It 'warns of an environment that nothing is said about' {
            $config = Get-LabConfig $lab -Environment pord -WarningVariable warnings -WarningAction SilentlyContinue
            $config.name | Should -Be 'Web'
            $warnings | Should -BeLike "*'pord'*as written*"
        }
    }
}
