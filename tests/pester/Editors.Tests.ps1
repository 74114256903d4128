# What docs/editors.md tells editors: the files are JSON, and the problem matcher reads what Test-LabConfiguration writes.

Describe 'The settings for editors' {
    BeforeAll {
        $page = Get-Content -Raw -LiteralPath (Join-Path $PSScriptRoot '../../docs/editors.md')
        # A member is named by what stands in it; the order on the page may change.
        $blocks = [regex]::Matches($page, '(?ms)^```jsonc\r?\n(.*?)^```').ForEach{ $_.Groups[1].Value | ConvertFrom-Json }
        Push-Location -LiteralPath $TestDrive
    }

    AfterAll { Pop-Location }

    It 'name the schema by the address that it has itself' {
        $schema = (Get-Content -Raw -LiteralPath (Join-Path $PSScriptRoot '../../schemas/lab-1.schema.json') | ConvertFrom-Json).'$id'
        $settings = $blocks.Where{ $_.'yaml.schemas' }[0]
        $settings.'yaml.schemas'.PSObject.Properties.Name | Should -Be $schema
        $settings.'json.schemas'.url | Should -Be $schema
    }

    Context 'with the task' {
        BeforeAll {
            $task = $blocks.Where{ $_.tasks }[0].tasks[0]
            $null = New-Item -ItemType Directory -Path labs
            Set-Content -LiteralPath labs/bad.yaml -Value 'name: bad', 'operations:', "  - { name: a, script: `"'a'`", timeout: soon, odd: 1 }", "  - { name: b, script: `"if (`" }", "  - { name: c, script: `"'c'`", dependencies: [d] }"
            Set-Content -LiteralPath labs/good.yaml -Value 'name: good', 'operations:', "  - { name: a, script: `"'a'`" }"
            # Its command, with the module that is tested.
            $command = $task.args[-1]
            $command | Should -BeLike 'Import-Module LabRunner; *'
            $lines = (& ([scriptblock]::Create($command.Replace('Import-Module LabRunner; ', ''))) | Out-String) -split '\r?\n'
            $pattern = $task.problemMatcher.pattern
            $found = foreach ($line in $lines) {
                if ($line -cmatch $pattern.regexp) {
                    [pscustomobject]@{ File = $Matches[[int] $pattern.file]; Line = [int] $Matches[[int] $pattern.line]; Column = [int] $Matches[[int] $pattern.column]; Severity = $Matches[[int] $pattern.severity]; Code = $Matches[[int] $pattern.code]; Message = $Matches[[int] $pattern.message] }
                }
            }
            $tests = Test-LabConfiguration ./labs/*.yaml
            $findings = @($tests.Errors) + @($tests.Warnings)
        }

        It 'show each finding at its place' {
            $findings.Count | Should -BeGreaterThan 3
            @($found).Count | Should -Be $findings.Count
            $place = { "$($_.Line):$($_.Column) $($_.Severity) $($_.Message)" }
            $found | ForEach-Object $place | Sort-Object | Should -Be ($findings | ForEach-Object $place | Sort-Object)
            $found.Severity | Sort-Object -Unique | Should -Be 'error', 'warning'
            $found.File | Sort-Object -Unique | Should -Be (Get-Item -LiteralPath labs/bad.yaml).FullName
            $found.Code | Should -Contain 'LR0208'
        }
    }
}
