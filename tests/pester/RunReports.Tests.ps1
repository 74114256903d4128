# Reports that a run writes when it ends, and what build servers are told of failures.

BeforeAll {
    $script:home_, $script:path_ = $env:LABRUNNER_HOME, $env:LABRUNNER_REPORT_PATH
    $script:github, $script:azure = $env:GITHUB_ACTIONS, $env:TF_BUILD

    function New-Home {
        $script:folder = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item -ItemType Directory $folder
        $env:LABRUNNER_HOME = Join-Path $folder 'home'
        $env:LABRUNNER_REPORT_PATH = $env:GITHUB_ACTIONS = $env:TF_BUILD = $null
    }

    # What a command says to the host, line by line.
    function Get-Said([scriptblock] $Command) { @(& $Command 6>&1 2> $null | Where-Object { $_ -is [System.Management.Automation.InformationRecord] } | ForEach-Object { "$_" }) }
}

AfterAll {
    $env:LABRUNNER_HOME, $env:LABRUNNER_REPORT_PATH = $home_, $path_
    $env:GITHUB_ACTIONS, $env:TF_BUILD = $github, $azure
}

Describe 'Reports that a run writes when it ends' {
    BeforeAll {
        $script:good = @{ Name = 'a'; ScriptBlock = { 'hello from a' } }
        $script:bad = @{ Name = 'bad'; ScriptBlock = { throw 'no disk' } }
    }

    BeforeEach { New-Home }

    It 'are written for a run without a name, each in the format of its ending, and it is said where' {
        Push-Location $folder
        try { $said = Get-Said { Invoke-ParallelLabRunner $good -Report ./run.html, ./out/junit.xml, ./pages } } finally { Pop-Location }
        $html = Get-Content "$folder/run.html" -Raw
        $html.Contains('hello from a') | Should -BeTrue -Because 'what operations output is recorded then'
        $html.Contains('<title>Invoke-ParallelLabRunner: Succeeded') -or $html.Contains('<title>run: Succeeded') | Should -BeTrue
        ([xml] (Get-Content "$folder/out/junit.xml" -Raw)).testsuites.tests | Should -Be 1
        $page = Get-ChildItem "$folder/pages"
        $page.Name | Should -BeLike 'Invoke-ParallelLabRunner-*.html'
        $said | Should -Be @("Report: $folder/run.html", "Report: $folder/out/junit.xml", "Report: $($page.FullName)").Replace('/', [IO.Path]::DirectorySeparatorChar)
    }

    It 'are written by <Name>' -ForEach @(
        @{ Name = 'a failed run, and once more by the one that resumes it'; Run = { Invoke-ParallelLabRunner $bad -RunName r -Report $to }; Then = { Resume-LabRun -Name r -Operations @{ Name = 'bad'; ScriptBlock = { 1 } } -Force -Report $to } }
        @{ Name = 'Start-AdvancedLabOrchestration, and by Undo-LabRun'; Run = { Start-AdvancedLabOrchestration $lab -Report $to }; Then = { Undo-LabRun -Name lab -Report $to } }
        @{ Name = 'Start-LabAutomation and Invoke-SequentialExecution'; Run = { Start-LabAutomation -ConfigPath $lab -Report $to }; Then = { Invoke-SequentialExecution $good -Report $to } }
        @{ Name = 'a job'; Run = { Invoke-ParallelLabRunner $good -RunName j -Report $to -Background | Wait-Job | Receive-Job -AutoRemoveJob -Wait }; Then = $null }
    ) {
        $to, $lab = "$folder/run.md", "$folder/lab.yaml"
        Set-Content $lab 'name: lab', 'operations:', '  - { name: one, script: Write-Output 1, rollback: Write-Output undone }'
        $said = Get-Said $Run
        @($said -like 'Report: *run.md').Count | Should -Be 1
        $first = Get-Content $to -Raw
        $first | Should -Match '^#'
        if ($Then) {
            @((Get-Said $Then) -like 'Report: *run.md').Count | Should -Be 1
            Get-Content $to -Raw | Should -Not -Be $first -Because 'what is there is replaced'
        }
    }

    It 'that cannot be written are a warning, and the run is what it is' {
        Set-Content "$folder/file" 'not a folder'
        $results = Invoke-ParallelLabRunner $good -RunName 'ok' -Report "$folder/file/run.html" -WarningVariable warned -WarningAction SilentlyContinue
        $results.Status | Should -Be 'Succeeded'
        "$warned" | Should -BeLike "The report '*run.html' cannot be written: *. Export-LabRunReport -Id * writes it elsewhere."
        { Invoke-ParallelLabRunner $good -NoRecord -Report "$folder/run.html" } | Should -Throw '*-NoRecord leaves no record, and -Report*'
        { Start-AdvancedLabOrchestration "$folder/none.yaml" -NoRecord -Report "$folder/run.html" -ErrorAction Stop } | Should -Throw '*-NoRecord leaves no record, and -Report*'
    }

    It 'are written for all recorded runs when a setting says so, unless the call says otherwise' {
        $env:LABRUNNER_REPORT_PATH = "$folder/all"
        (Get-Said { Invoke-ParallelLabRunner $good -RunName 'named' }) | Should -BeLike 'Report: *named-*.html'
        $null = Invoke-ParallelLabRunner $good -WarningVariable warned
        $warned.Count | Should -Be 0 -Because 'a short run without a name has no record'
        $null = Invoke-ParallelLabRunner $good -RunName 'none' -Report @()
        (Get-ChildItem "$folder/all").Name | Should -BeLike 'named-*.html'
    }
}

Describe 'Failures in a build' {
    BeforeAll {
        $script:hostile = "x,y:z;]%0A::error::"
        $script:operations = {
            param($Script)
            @(@{ Name = $hostile; Script = $Script }, @{ Name = 'after'; ScriptBlock = { 1 }; Dependencies = $hostile }, @{ Name = 'fine'; ScriptBlock = { 1 } })
        }
    }

    BeforeEach {
        New-Home
        $script:file = "$folder/a,b.ps1"
        Set-Content $file 'param()', '', "throw ""first 100%`nsecond]; ::warning::"""
    }

    It 'are annotations of <Where>' -ForEach @(
        @{ Where = 'GitHub'; Variable = 'GITHUB_ACTIONS'; Line = { "::error file=$($file.Replace(':', '%3A').Replace(',', '%2C')),line=3,title=x%2Cy%3Az;]%250A%3A%3Aerror%3A%3A%3A Failed::first 100%25%0Asecond]; ::warning::" } }
        @{ Where = 'Azure'; Variable = 'TF_BUILD'; Line = { "##vso[task.logissue type=error;sourcepath=$file;linenumber=3]x,y:z;]%AZP250A::error::: Failed: first 100%AZP25%0Asecond]; ::warning::" } }
    ) {
        Set-Item "env:$Variable" 'true'
        $said = Get-Said { Invoke-ParallelLabRunner @(& $operations $file) -FailureStrategy Continue }
        $said | Should -Be (& $Line)
        $results = Invoke-ParallelLabRunner @(& $operations $file) -FailureStrategy Continue 2> $null 6> $null
        $results.Count | Should -Be 3 -Because 'the lines are not in the pipeline'
        $env:LABRUNNER_BUILD_ANNOTATIONS = 'false'
        try { Get-Said { Invoke-ParallelLabRunner @(& $operations $file) } | Should -BeNullOrEmpty } finally { $env:LABRUNNER_BUILD_ANNOTATIONS = $null }
    }

    It 'name the lab file where there is no line of a script' {
        $env:GITHUB_ACTIONS = 'true'
        $lab = "$folder/lab.yaml"
        Set-Content $lab 'name: lab', 'operations:', "  - { name: program, command: '$([Environment]::ProcessPath)', arguments: [-NoProfile, -Command, exit 3] }"
        $said = Get-Said { Start-AdvancedLabOrchestration $lab }
        @($said -like '::*') | Should -BeLike "::error file=$($lab.Replace(':', '%3A')),title=program%3A Failed::*"
    }

    It 'are told nobody elsewhere' {
        Get-Said { Invoke-ParallelLabRunner @(& $operations $file) } | Should -BeNullOrEmpty
    }
}
