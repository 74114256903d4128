# Every example in docs/ and README.md is a test: labs are checked and planned, commands are run. What cannot be is listed with the reason.

BeforeDiscovery {
    $root = Resolve-Path -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath '../..')
    # The tutorial is run from its first to its last line by a test of its own.
    $pages = @(Get-ChildItem -LiteralPath "$root/docs" -Filter *.md | Where-Object Name -NE 'tutorial.md') + @(Get-Item -LiteralPath "$root/README.md")
    $examples = foreach ($file in $pages) {
        $text = [System.IO.File]::ReadAllText($file.FullName).ReplaceLineEndings("`n")
        # A diagram shows; there is nothing in it to run. What an editor reads is tested by Editors.Tests.ps1.
        foreach ($match in [regex]::Matches($text, '(?ms)^```(?!mermaid|jsonc)(\w+)\n(.*?)^```')) {
            @{ File = $file.Name; Line = $text.Substring(0, $match.Index).Split("`n").Count; Language = $match.Groups[1].Value; Text = $match.Groups[2].Value }
        }
    }

    # By the beginning of their text. A reason that fits no example any more is a mistake.
    $left = @{
        './tests/conformance/Show-Conformance.ps1' = 'It runs every conformance case for minutes, and rewrites a page.'
    }
    $isLeft = { param($Text) @($left.Keys | Where-Object { $Text.StartsWith($_, [StringComparison]::Ordinal) }).Count -gt 0 }
    $labs = @($examples | Where-Object { $_.Language -eq 'yaml' })
    $data = @($examples | Where-Object { $_.Language -eq 'powershell' -and $_.Text.StartsWith('@{') })
    $commands = @($examples | Where-Object { $_.Language -eq 'powershell' -and -not $_.Text.StartsWith('@{') -and -not (& $isLeft $_.Text) })
    $json = @($examples | Where-Object { $_.Language -eq 'json' })
    $summary = @{
        All = $examples.Count
        Taken = $labs.Count + $data.Count + $commands.Count + $json.Count
        LeftOut = @($examples | Where-Object { & $isLeft $_.Text }).Count
        Reasons = $left.Count
    }
}

Describe 'The examples of the documentation' {
    BeforeAll {
        . (Join-Path -Path $PSScriptRoot -ChildPath 'Invoke-SamePowerShell.ps1')
        $root = (Resolve-Path -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath '../..')).Path
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path -Path $TestDrive -ChildPath 'home'
        Push-Location -LiteralPath $TestDrive

        # What examples refer to and do not show.
        $null = New-Item -ItemType Directory -Path shared, parts, src, scripts
        Set-Content -LiteralPath shared/network.yaml, shared/templates.yaml -Value 'metadata: { shared: true }'
        Set-Content -LiteralPath parts/database.yaml -Value "- { name: deploy-database, script: `"'database'`" }"
        Set-Content -LiteralPath build.ps1, fill.ps1, last.ps1, samples.ps1, report.ps1, scripts/Start-Node.ps1 -Value "'done'"
        Set-Content -LiteralPath configure.ps1 -Value 'param($Node, $Number)'
        Set-Content -LiteralPath deploy-web.ps1 -Value 'param($ServerName, $Port, $Tls)'
        Set-Content -LiteralPath web.yaml -Value "name: Web`nenvironment: production`noperations:`n- { name: image, estimate: 3m, script: `"'image'`" }`n- { name: web, dependencies: [image], script: `"'web'`" }"

        # Operations that a part of a lab refers to, by what it begins with.
        $others = @{
            'settings:' = 'fill-store'
            'dependencies:' = 'deploy-database', 'deploy-shop', 'dashboards'
            'environments:' = 'deploy-shop'
        }

        # Nodes for repetitions; the documentation shows them where it explains variables.
        $nodes = "nodes: [{ name: web-03, role: web }, { name: db-01, role: db }]`n"

        function Complete-Lab([string] $Text) {
            if ($Text.StartsWith('    ')) {
                # Alternatives are shown with '# or' between them.
                foreach ($part in $Text -split '(?m)^    # or\n') {
                    "name: doc`noperations:`n  - name: example`n    parameters: { SizeGB: 1 }`n    script: param(`$SizeGB)`n$part"
                }
                return
            }
            if ($Text.StartsWith('  - ')) {
                # A part of a longer list may depend on what an earlier example has.
                $earlier = @('fetch-tool' | Where-Object { $Text -match "(?m)^    dependencies: $_$" -and $Text -notmatch "name: $_" } | ForEach-Object { "  - { name: $_, script: Get-Date }`n" }) -join ''
                return "name: doc`noperations:`n$earlier$Text"
            }
            $lab = $Text
            if ($lab -notmatch '(?m)^name:') { $lab = "name: doc`n$lab" }
            if ($lab -match 'for-each: nodes') { $lab += $nodes }
            $missing = @($others[($Text -split '\n')[0]] | Where-Object { $_ } | ForEach-Object { "  - { name: $_, script: Get-Date }" }) -join "`n"
            if ($lab -notmatch '(?m)^operations:') {
                $example = '  - { name: example, script: Get-Date }'
                $lab += "operations:`n" + $(if ($missing) { $missing } else { $example }) + "`n"
            } elseif ($missing) {
                $lab = $lab -replace '(?m)^operations:\n', "operations:`n$missing`n"
            }
            $lab
        }
    }

    AfterAll {
        Pop-Location
        $env:LABRUNNER_HOME = $userHome
    }

    It 'are all taken or left out for a reason' -ForEach $summary {
        $All | Should -BeGreaterThan 15
        $Taken + $LeftOut | Should -Be $All
        $LeftOut | Should -Be $Reasons
    }

    It 'has a lab that is sound and can be planned: <File>:<Line>' -ForEach $labs {
        foreach ($lab in Complete-Lab $Text) {
            Set-Content -LiteralPath example.yaml -Value $lab
            foreach ($environment in @('') + @(if ($lab -match '(?m)^environments:') { 'dev' })) {
                $test = Test-LabConfiguration example.yaml -Environment $environment
                # Not every machine has the programs that examples name.
                ($test.Errors + $test.Warnings | Where-Object Id -NE 'LabRunner.ProgramNotFound' | ForEach-Object ToString) -join "`n" | Should -BeNullOrEmpty -Because $lab
                $test.Valid | Should -BeTrue
                (Get-LabPlan example.yaml -Environment $environment).Operations | Should -Not -BeNullOrEmpty
            }
        }
    }

    It 'has a data file that is sound: <File>:<Line>' -ForEach $data {
        if ($Text -match '(?m)^    Operations') {
            Set-Content -LiteralPath example.psd1 -Value $Text
            (Test-LabConfiguration example.psd1).Valid | Should -BeTrue
            (Start-AdvancedLabOrchestration example.psd1).Summary.Success | Should -BeTrue
        } else {
            $operation = [scriptblock]::Create($Text.Replace('…', '1')).Invoke()[0]
            $plan = Get-LabPlan -Operations $operation -ResourceLimits @{ MaxMemoryGB = 4; MaxCPUPercent = 100; Pools = @{ downloads = 1 } }
            $plan.Operations | Should -HaveCount 1
        }
    }

    It 'has settings that the module takes: <File>:<Line>' -ForEach $json {
        $before = $env:LABRUNNER_CONFIG
        try {
            $env:LABRUNNER_CONFIG = Join-Path -Path $TestDrive -ChildPath 'config.json'
            Set-Content -LiteralPath $env:LABRUNNER_CONFIG -Value $Text
            $settings = Get-LabRunnerConfiguration -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeNullOrEmpty
            $settings | Should -Not -BeNullOrEmpty
        } finally {
            $env:LABRUNNER_CONFIG = $before
        }
    }

    It 'has commands that run: <File>:<Line>' -ForEach $commands {
        # Of what a console showed only the command is one.
        $shown = @($Text -split '\n' | Where-Object { $_ -match '^PS> ' })
        $code = if ($shown) { $shown -replace '^PS> ' -join "`n" } else { $Text }
        if ($code -notmatch 'Import-Module') {
            # It is an error that ends the example, or none.
            { $ErrorActionPreference = 'Stop'; [scriptblock]::Create($code).Invoke() } | Should -Not -Throw
            return
        }

        # As a new user does it: in a PowerShell of its own, from the root of the repository, but with the module that is tested.
        $module = (Get-Module -Name LabRunner).ModuleBase
        $code = $code.Replace('./out/LabRunner', "'$module'")
        $script = "Set-Location '$root'; `$env:PWSH_MODULES_PATH = '$(Split-Path -Path $module)'; $code`nexit 0"
        Set-Content -LiteralPath example.ps1 -Value $script
        $output = Invoke-SamePowerShell -NoProfile -NonInteractive -File (Join-Path -Path $TestDrive -ChildPath 'example.ps1') 2>&1 | Out-String
        $LASTEXITCODE | Should -Be 0 -Because $output
        $output | Should -Not -Match 'is not recognized|cannot be found|ParserError'
    }
}

Describe 'The documents' {
    BeforeAll {
        $root = (Resolve-Path -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath '../..')).Path
        $pages = Get-Item -Path "$root/*.md", "$root/docs/*.md", "$root/schemas/*.md", "$root/powershell/*.md"

        # The anchors of a page's headings, as GitHub makes them.
        function Get-Anchor([string] $File) {
            foreach ($match in [regex]::Matches([System.IO.File]::ReadAllText($File), '(?m)^#+ (.+?)\r?$')) {
                ($match.Groups[1].Value.ToLowerInvariant() -replace '[^\w\- ]').Replace(' ', '-')
            }
        }
    }

    It 'lead only to what is there' {
        $broken = foreach ($page in $pages) {
            # Code is not text.
            $text = [System.IO.File]::ReadAllText($page.FullName) -replace '(?ms)^```.*?^```' -replace '`[^`\n]*`'
            foreach ($link in [regex]::Matches($text, '\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)')) {
                $file = $link.Groups[1].Value ? (Join-Path $page.DirectoryName $link.Groups[1].Value) : $page.FullName
                if (-not (Test-Path -LiteralPath $file)) { "$($page.Name): $($link.Value)" }
                elseif ($link.Groups[2].Success -and $link.Groups[2].Value -notin (Get-Anchor $file)) { "$($page.Name): $($link.Value)" }
            }
        }
        $broken | Should -BeNullOrEmpty
    }

    It 'are all in the index' {
        $index = Get-Content -Raw -LiteralPath "$root/docs/index.md"
        $missing = (Get-ChildItem -LiteralPath "$root/docs" -Filter *.md).Name | Where-Object { $_ -ne 'index.md' -and -not $index.Contains("($_)") }
        $missing | Should -BeNullOrEmpty
    }
}
