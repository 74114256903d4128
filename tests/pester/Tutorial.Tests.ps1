# docs/tutorial.md from its first to its last line: what a newcomer types, in one new PowerShell, and what the page says that is shown.

BeforeDiscovery {
    $page = [System.IO.File]::ReadAllText((Join-Path $PSScriptRoot '../../docs/tutorial.md')).ReplaceLineEndings("`n")
    $number = 0
    # A command begins with the prompt and goes on behind '>> '. What follows, up to the next prompt, is what it shows.
    $steps = foreach ($match in [regex]::Matches($page, '(?ms)^```powershell\n(.*?)^```')) {
        foreach ($part in [regex]::Matches($match.Groups[1].Value, '(?m)^PS> (?<first>.*\n)(?<more>(?:^>> ?.*\n)*)(?<shown>(?:^(?!PS> ).*\n)*)')) {
            @{
                Number = ++$number
                Command = ($part.Groups['first'].Value + ($part.Groups['more'].Value -replace '(?m)^>> ?')).TrimEnd("`n")
                Shown = $part.Groups['shown'].Value
            }
        }
    }
}

Describe 'The tutorial' -ForEach @{ Steps = $steps } {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'Invoke-SamePowerShell.ps1')

        # Times, durations, ids, folders and the widths of columns are those of one run on one machine.
        function Get-Stable([string] $Text) {
            foreach ($line in $Text -split '\r?\n') {
                $line = $line -replace '\e\[[\d;]*m' -replace '\b[0-9a-f]{8}(-[0-9a-f-]{4,27})?\b', '<id>' -replace '\b\d{4}-\d\d-\d\d\b', '<date>' -replace '\b\d+:\d\d(:\d\d)?\b', '<time>' -replace '\b[\d.,]+ (ms|s|KB|MB|bytes)\b', '<amount>'
                $line = ($line -replace '\S*[/\\]first-lab(?=[/\\])', '<folder>' -replace '\s+', ' ').Trim()
                # The answer of -WhatIf is for the eyes only: it is in no stream.
                if ($line -and $line -notmatch '^[- ]+$|^What if: ') { $line }
            }
        }

        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'first-lab')
        Set-Content -LiteralPath "$TestDrive/steps.json" -Value (ConvertTo-Json -InputObject @($Steps))
        Set-Content -LiteralPath "$TestDrive/run.ps1" -Value {
            param($Module, $Folder, $Steps)
            $PSStyle.OutputRendering = 'PlainText'
            Set-Location -LiteralPath $Folder
            $shown = foreach ($step in Get-Content -Raw -LiteralPath $Steps | ConvertFrom-Json) {
                $command = $step.Command -replace '^Import-Module LabRunner', "Import-Module '$Module'"
                try {
                    # As the console shows it.
                    . ([scriptblock]::Create($command)) *>&1 | ForEach-Object { $_ -is [System.Management.Automation.WarningRecord] ? "WARNING: $_" : $_ } | Out-String -Width 160
                } catch {
                    $_ | Out-String -Width 160
                }
            }
            ConvertTo-Json -InputObject @($shown) -Compress | Set-Content -LiteralPath "$Steps.shown"
        }.ToString()
        $before = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        try {
            $said = Invoke-SamePowerShell -File "$TestDrive/run.ps1" -Module (Get-Module -Name LabRunner).ModuleBase -Folder $folder.FullName -Steps "$TestDrive/steps.json" 2>&1
        } finally {
            $env:LABRUNNER_HOME = $before
        }
        $LASTEXITCODE | Should -Be 0 -Because "$said"
        $screens = Get-Content -Raw -LiteralPath "$TestDrive/steps.json.shown" | ConvertFrom-Json
    }

    It 'has commands' { $Steps.Count | Should -BeGreaterThan 15 }

    It 'shows what the page says: <Number>. <Command>' -ForEach $Steps {
        Get-Stable $screens[$Number - 1] | Should -Be (Get-Stable $Shown)
    }
}
