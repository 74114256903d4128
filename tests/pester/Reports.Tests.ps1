# Reports of runs: what a person writes to see why last night's run failed, and what build servers and other programs read.

BeforeAll {
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    $null = Invoke-ParallelLabRunner -RunName 'shop' -MaxConcurrency 2 -ErrorAction SilentlyContinue -WarningAction SilentlyContinue -Operations @(
        @{ Name = 'network'; ScriptBlock = { 'cabling' } }
        @{ Name = 'database'; ScriptBlock = { Write-Warning 'slow link'; throw 'no disk' }; Dependencies = 'network' }
        @{ Name = 'web'; ScriptBlock = { 'up' }; Dependencies = 'database' }
        @{ Name = 'dns'; ScriptBlock = { 'zone' }; Locks = 'zone' }
    )
    $script:run = Get-LabRun shop -Last 1
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'A report of a run' {
    It 'is written in the format that the ending of the file asks for' {
        $file = Export-LabRunReport (Join-Path $TestDrive 'shop.md')
        $file | Should -BeOfType System.IO.FileInfo
        $file | Get-Content -First 1 | Should -BeLike '## *'
        $text = Get-Content $file -Raw
        $text | Should -BeLike '## ❌ shop: Failed*'
        $text | Should -Match '\| \*\*database\*\* \| Failed \| .* \| no disk \|'
        $text | Should -Match 'slow link' -Because 'what a failed operation wrote last is shown'

        $report = Get-Content (Export-LabRunReport (Join-Path $TestDrive 'shop.json')) -Raw | ConvertFrom-Json
        $report.run.id | Should -Be $run.Id
        $report.figures.counts.Failed, $report.figures.counts.Skipped, $report.figures.counts.Succeeded | Should -Be 1, 1, 2
        ($report.operations | Where-Object status -EQ Skipped).skipped_because.operation | Should -Be 'database'
        $report.operations[$report.critical_path[-1].operation].name | Should -BeIn 'database', 'dns'
        @($report.curves.name) | Should -Be 'slots', 'zone'

        $junit = [xml] (Get-Content (Export-LabRunReport (Join-Path $TestDrive 'shop.xml')) -Raw)
        $junit.testsuites.tests, $junit.testsuites.failures | Should -Be '4', '1'
        ($junit.testsuites.testsuite.testcase | Where-Object name -EQ database).failure.message | Should -Be 'no disk'

        Get-Content (Export-LabRunReport (Join-Path $TestDrive 'shop.mmd')) -First 1 | Should -Be 'flowchart LR'
        $trace = Get-Content (Export-LabRunReport (Join-Path $TestDrive 'shop.trace.json')) -Raw | ConvertFrom-Json
        @($trace.traceEvents | Where-Object { $_.ph -eq 'X' }).Count | Should -Be 3
    }

    It 'is named after the run in a folder, and overwrites nothing without -Force' {
        $file = $run | Export-LabRunReport $TestDrive -Format JUnit
        $file.Name | Should -Be "shop-$($run.Id.Substring(0, 8)).xml"
        { $run | Export-LabRunReport $TestDrive -Format JUnit -ErrorAction Stop } |
            Should -Throw -ErrorId 'LabRunner.ReportUnwritable*' -ExpectedMessage '*it exists*'
        ($run | Export-LabRunReport $TestDrive -Format JUnit -Force).Name | Should -Be $file.Name
    }

    It 'finds the run by name, by id and in an archive' {
        foreach ($given in @{ Name = 'sh*' }, @{ Id = $run.Id.Substring(0, 8) }, @{ Last = 1 }, @{ Directory = $run.Directory }) {
            $file = Export-LabRunReport (Join-Path $TestDrive 'found.json') -Force @given
            (Get-Content $file -Raw | ConvertFrom-Json).run.id | Should -Be $run.Id
        }
        $archive = $run | Export-LabRun (Join-Path $TestDrive 'shop.zip') -Force
        $file = Get-LabRun -Path $archive | Export-LabRunReport (Join-Path $TestDrive 'found.json') -Force
        (Get-Content $file -Raw | ConvertFrom-Json).run.id | Should -Be $run.Id
        { Export-LabRunReport $TestDrive -Name 'nothing like it' -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownRun*' -ExpectedMessage "*'nothing like it'*"
    }

    It 'is made of a run that is under way, as of now' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner -RunName 'long' -Background -Operations @(
            @{ Name = 'waits'; Parameters = @{ Gate = $gate }; ScriptBlock = { param($Gate) Write-Warning 'begun'; $Gate.Wait() } }
            @{ Name = 'after'; ScriptBlock = { 1 }; Dependencies = 'waits' }
        )
        try {
            while ((Get-LabRun long -Running | Get-LabRunOperation).Status -notcontains 'Running') { [System.Threading.Thread]::Sleep(20) }
            $report = Get-Content (Export-LabRunReport (Join-Path $TestDrive 'long.json') -Name long) -Raw | ConvertFrom-Json
            $report.run.status, $report.run.running | Should -Be 'Running', $true
            $report.operations.status | Should -Be 'Running', 'Waiting'
            Export-LabRunReport (Join-Path $TestDrive 'long.md') -Name long | Get-Content -Raw | Should -Match 'as of \d'
        } finally {
            $gate.Set()
            $job | Wait-Job | Remove-Job
        }
    }

    It 'is a page that needs nothing else, or has its script beside it' {
        $file = $run | Export-LabRunReport $TestDrive
        $file.Name | Should -Be "shop-$($run.Id.Substring(0, 8)).html"
        $page = Get-Content $file -Raw
        $page | Should -Match 'What failed: 1 operation'
        $page | Should -Match '<a href="#op=1"><bdi>database</bdi></a>'
        $page | Should -Not -Match 'src="|href="(?!#|data:)'
        $strict = $run | Export-LabRunReport (Join-Path $TestDrive 'strict.html') -NoInlineScript
        Get-Content $strict -Raw | Should -Match '<script src="strict.files/report.js">'
        (Get-ChildItem (Join-Path $TestDrive 'strict.files')).Name | Sort-Object | Should -Be 'report.css', 'report.js'
    }

    It 'does nothing with -WhatIf' {
        Export-LabRunReport (Join-Path $TestDrive 'not.md') -WhatIf 6>$null
        Join-Path $TestDrive 'not.md' | Should -Not -Exist
    }
}

Describe 'Runs side by side' {
    BeforeAll {
        $null = Invoke-ParallelLabRunner -RunName 'shop' -MaxConcurrency 2 -Operations @(
            @{ Name = 'network'; ScriptBlock = { 'cabling' } }
            @{ Name = 'database'; ScriptBlock = { 'tables' }; Dependencies = 'network' }
            @{ Name = 'cache'; ScriptBlock = { 'warm' } }
        )
        $script:ids = (Get-LabRun shop -Last 2).Id
    }

    It 'says what ended otherwise and what only some have' {
        $json = Get-Content (Export-LabRunReport (Join-Path $TestDrive 'both.json') -Name shop -Compare $ids) -Raw | ConvertFrom-Json
        $json.comparison, $json.runs.Count | Should -Be 1, 2
        $json.runs.id | Should -Be @($ids[1], $ids[0]) -Because 'the oldest comes first'
        ($json.operations | Where-Object differs).name | Should -Be 'database'
        ($json.operations | Where-Object name -EQ cache).runs[0] | Should -BeNullOrEmpty
        Get-Content (Export-LabRunReport (Join-Path $TestDrive 'both.md') -Id $ids[0] -Compare $ids[1].Substring(0, 8)) -Raw |
            Should -Match '\| \*\*database\*\* \| Failed: no disk \| Succeeded \|'
        $page = Get-Content (Export-LabRunReport (Join-Path $TestDrive 'both.html') -Id $ids[0] -Compare $ids[1]) -Raw
        $page | Should -BeLike '*Ended well in one run and not in another*'
        $page | Should -Not -BeLike '*<script*'
    }

    It 'is refused where it cannot be' {
        { Export-LabRunReport (Join-Path $TestDrive 'both.xml') -Id $ids[0] -Compare $ids[1] -ErrorAction Stop } |
            Should -Throw -ErrorId 'LabRunner.InvalidValue*' -ExpectedMessage '*JUnit shows one run and compares none*'
        { Export-LabRunReport (Join-Path $TestDrive 'one.json') -Id $ids[0] -Compare $ids[0] -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.*' -ExpectedMessage '*nothing to compare it with*'
        { Export-LabRunReport (Join-Path $TestDrive 'one.json') -Id $ids[0] -Compare 'ffff' -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownRun*'
        Join-Path $TestDrive 'both.xml' | Should -Not -Exist
    }
}
