# The help of the commands, their pages in docs/commands, and the about topics: they agree, lead on to each other, and their examples run.

BeforeDiscovery {
    $topics = foreach ($file in Get-ChildItem -LiteralPath (Join-Path (Get-Module -Name LabRunner).ModuleBase 'en-US') -Filter about_*.help.txt) {
        @{ Topic = $file.Name.Replace('.help.txt', ''); Text = [System.IO.File]::ReadAllText($file.FullName).ReplaceLineEndings("`n") }
    }
}

BeforeAll {
    . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
    $root = (Resolve-Path -LiteralPath "$PSScriptRoot/../..").Path
    $module = (Get-Module -Name LabRunner).ModuleBase
    $commands = (Import-PowerShellDataFile -LiteralPath "$module/LabRunner.psd1").FunctionsToExport
    $site = 'https://github.com/wizzense/LabRunner/blob/main/docs/'

    # Whether what a text refers to is there: a page, a topic, a command.
    function Test-Reference([string] $Text) {
        switch -Wildcard ($Text) {
            "$site*" { Test-Path -LiteralPath "$root/docs/$($Text.Substring($site.Length))"; break }
            'https://github.com/wizzense/LabRunner/blob/main/*' { Test-Path -LiteralPath "$root/$($Text -replace '^.*/blob/main/')"; break }
            'about_*' { Test-Path -LiteralPath "$module/en-US/$Text.help.txt"; break }
            default { $Text -in $commands }
        }
    }
}

Describe 'The command reference' {
    BeforeAll {
        $made = Join-Path $TestDrive 'commands'
        $said = Invoke-SamePowerShell -File "$root/xtask/Docs.ps1" -Module $module -To $made 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($said -join "`n")
    }

    It 'has a page for each command, and a list of all' {
        (Get-ChildItem -LiteralPath $made).BaseName | Sort-Object | Should -Be (@($commands) + 'README' | Sort-Object)
    }

    It 'is the one in docs/commands' {
        $stale = foreach ($page in @(Get-ChildItem -LiteralPath $made, "$root/docs/commands").Name | Sort-Object -Unique) {
            $texts = foreach ($folder in $made, "$root/docs/commands") {
                $file = Join-Path $folder $page
                (Test-Path -LiteralPath $file) ? [System.IO.File]::ReadAllText($file).ReplaceLineEndings("`n") : 'missing'
            }
            if ($texts[0] -cne $texts[1]) { $page }
        }
        $stale | Should -BeNullOrEmpty -Because './build.sh docs writes docs/commands again'
    }

    It 'refers only to what is there' {
        foreach ($page in Get-ChildItem -LiteralPath $made) {
            foreach ($match in [regex]::Matches([System.IO.File]::ReadAllText($page.FullName), '(?m)^\* \[.*?\]\(([^)#]+)')) {
                $target = $match.Groups[1].Value
                if ($target -notlike 'https:*') { Test-Path -LiteralPath "$root/docs/commands/$target" | Should -BeTrue -Because "$($page.Name) refers to $target" }
            }
        }
    }
}

Describe 'The help of the commands' {
    BeforeAll {
        # In a session of its own: another module of the tests may have a command of the same name.
        $script = {
            param($Module)
            Import-Module -Name $Module
            $facts = foreach ($command in (Get-Module LabRunner).ExportedFunctions.Values) {
                $help = Get-Help -Name $command.Name -Full
                [ordered]@{
                    Name = $command.Name
                    HelpUri = $command.HelpUri
                    Links = @($help.relatedLinks.navigationLink | ForEach-Object { "$($_.uri)$($_.linkText)".Trim() })
                    Parameters = @(foreach ($parameter in $command.Parameters.Values) {
                            if (-not $parameter.Aliases -or $parameter.Name -in [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters) { continue }
                            [ordered]@{ Name = $parameter.Name; Aliases = @($parameter.Aliases); Text = "$($help.parameters.parameter.Where{ $_.name -eq $parameter.Name }.description.Text)" }
                        })
                }
            }
            ConvertTo-Json -InputObject @($facts) -Depth 5 -Compress
        }
        $file = Join-Path $TestDrive 'facts.ps1'
        Set-Content -LiteralPath $file -Value "$script"
        $facts = Invoke-SamePowerShell -File $file -Module $module | ConvertFrom-Json
    }

    It 'is there for each' { $facts.Name | Sort-Object | Should -Be ($commands | Sort-Object) }

    It 'opens the page of the command with -Online' {
        foreach ($fact in $facts) { $fact.HelpUri | Should -BeExactly "${site}commands/$($fact.Name).md" }
    }

    It 'leads on to a page, a command and a topic, all of which are there' {
        foreach ($fact in $facts) {
            $fact.Links | Where-Object { -not (Test-Reference $_) } | Should -BeNullOrEmpty -Because $fact.Name
            $fact.Links | Where-Object { $_ -in $commands } | Should -Not -BeNullOrEmpty -Because $fact.Name
            $fact.Links | Where-Object { $_ -like 'about_*' } | Should -Not -BeNullOrEmpty -Because $fact.Name
            $fact.Links | Should -Not -Contain $fact.Name
        }
    }

    It 'names the aliases of parameters' {
        foreach ($fact in $facts) {
            foreach ($parameter in $fact.Parameters) {
                foreach ($alias in $parameter.Aliases) { $parameter.Text | Should -Match "\b$alias\b" -Because "$($fact.Name) -$($parameter.Name)" }
            }
        }
    }
}

Describe 'The about topics' {
    BeforeAll {
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        Push-Location -LiteralPath $TestDrive
        # A run that examples look back at, and resume.
        Set-Content -LiteralPath shop.yaml -Value 'name: shop', 'operations:', '  - { name: shop, script: "if (-not (Test-Path ./disk)) { throw ''no disk'' }" }'
        $null = Start-AdvancedLabOrchestration -ConfigurationPath shop.yaml 2> $null
        Set-Content -LiteralPath disk -Value 1
    }

    AfterAll {
        Pop-Location
        $env:LABRUNNER_HOME = $userHome
    }

    It 'list each command once, by task' {
        $text = Get-Content -LiteralPath "$module/en-US/about_LabRunner.help.txt"
        $listed = $text | Where-Object { $_ -match '^        (\w+-\w+) ' } | ForEach-Object { $Matches[1] }
        $listed | Sort-Object | Should -Be ($commands | Sort-Object)
    }

    It 'are found by Get-Help: <Topic>' -ForEach $topics {
        "$(Get-Help -Name $Topic)".ReplaceLineEndings("`n").Trim() | Should -Be $Text.Trim()
    }

    It 'refer only to what is there: <Topic>' -ForEach $topics {
        $also = ($Text -split '(?m)^SEE ALSO$')[1]
        $also | Should -Not -BeNullOrEmpty
        foreach ($line in $also.Trim() -split '\n') {
            $reference = $line.Trim() -replace '^Get-Help (\S+).*$', '$1' -replace '\s.*$'
            Test-Reference $reference | Should -BeTrue -Because $line
        }
    }

    It 'have an example that runs: <Topic>' -ForEach @($topics | Where-Object { $_.Text -match '(?m)^EXAMPLE$' }) {
        $code = ((($Text -split '(?m)^EXAMPLE\n')[1] -split '\n[A-Z]')[0].TrimEnd() -split '\n[ \t]*\n')[0]
        { $ErrorActionPreference = 'Stop'; & ([scriptblock]::Create($code)) 2> $null } | Should -Not -Throw -Because $code
    }
}
