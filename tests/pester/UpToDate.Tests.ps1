# Operations that run only when they have to: inputs, outputs and tests, in lab files and in objects, and what is said of them.

BeforeAll {
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path -Path $TestDrive -ChildPath 'home'

    # An image of a file, a website on it that has a test, and a database that stands alone. Each leaves a line when it runs.
    function New-Lab([string] $Name) {
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath $Name)
        Set-Content -LiteralPath "$folder/lab.yaml" -Value @"
name: $Name
operations:
  - name: image
    script: |
      param(`$Folder)
      Add-Content -LiteralPath "`$Folder/ran" -Value image
      Copy-Item -LiteralPath "`$Folder/app.js" -Destination "`$Folder/image.tar"
    parameters: { Folder: '$folder' }
    inputs: ['*.js', '!skip.js']
    outputs: [image.tar]
    rollback: Add-Content -LiteralPath '$folder/undone' -Value image
  - name: website
    dependencies: [image]
    script: |
      param(`$Folder)
      Add-Content -LiteralPath "`$Folder/ran" -Value website
      Set-Content -LiteralPath "`$Folder/index.html" -Value 1
    parameters: { Folder: '$folder' }
    test: |
      param(`$Folder)
      'not the last'
      Test-Path -LiteralPath "`$Folder/index.html"
  - name: db
    script: Add-Content -LiteralPath '$folder/ran' -Value db
    test: Test-Path -LiteralPath '$folder/db'
"@
        Set-Content -LiteralPath "$folder/app.js", "$folder/skip.js" -Value 1
        Set-Content -LiteralPath "$folder/db" -Value 1
        "$folder"
    }

    # Runs it, and gives the report and what was run.
    function Start-Lab([string] $Folder, [hashtable] $With = @{}) {
        Remove-Item -LiteralPath "$Folder/ran" -ErrorAction Ignore
        # One after the other: what two append to a file at once can get lost.
        $report = Start-AdvancedLabOrchestration -ConfigurationPath "$Folder/lab.yaml" -MaxConcurrency 1 -ErrorAction SilentlyContinue -WarningAction SilentlyContinue @With
        [pscustomobject]@{ Report = $report; Ran = @(Get-Content -LiteralPath "$Folder/ran" -ErrorAction Ignore) }
    }

    function Get-Reason([string] $Name) {
        foreach ($row in Get-LabRun -Name $Name -Last 1 -Why) { "$($row.Operation) $($row.Ran) $($row.Why) $($row.Drew)" }
    }
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'A lab that says when it is up to date' {
    It 'does nothing the second time, and says so everywhere' {
        $folder = New-Lab 'second'
        (Start-Lab $folder).Ran | Should -Be @('image', 'website')
        $second = Start-Lab $folder
        $second.Ran | Should -BeNullOrEmpty
        $second.Report.Status | Should -Be 'Succeeded'
        $second.Report.Results.UpToDate | Should -Be @($true, $true, $true)
        $second.Report.Results.Outcome | Should -Be @('up to date', 'up to date', 'up to date')
        $second.Report.Results[0].Attempts | Should -Be 0
        $second.Report.Results[1].Output | Should -BeNullOrEmpty
        "$($second.Report.Metrics)" | Should -Be '3 operations: 3 succeeded (3 up to date), 0 failed, 0 skipped'
        (Get-LabRun -Name second -Last 1).UpToDate | Should -Be 3
        (Get-LabRun -Name second -Last 1 | Get-LabRunOperation).UpToDate | Should -Be @($true, $true, $true)
        Get-Reason second | Should -Be @('image False up to date 0', 'website False up to date (test) 0', 'db False up to date (test) 0')
    }

    It 'runs what has changed and what depends on it, and names the one reason' {
        $folder = New-Lab 'changed'
        $null = Start-Lab $folder
        Set-Content -LiteralPath "$folder/app.js" -Value 2
        (Start-Lab $folder).Ran | Should -Be @('image', 'website')
        Get-Reason changed | Should -Be @('image True input app.js has changed 1', "website True 'image' ran 0", 'db False up to date (test) 0')
        $why = Get-LabRun -Name changed -Last 1 -Why
        $why[0].Cause, $why[0].File | Should -Be @('input-changed', 'app.js')
        $why[1].DrawnBy | Should -Be 'image'
        ($why | Out-String) | Should -Match "website\s+yes\s+'image' ran\s+0"
        Set-Content -LiteralPath "$folder/skip.js" -Value 2
        (Start-Lab $folder).Ran | Should -BeNullOrEmpty -Because 'it is taken out'
        Remove-Item -LiteralPath "$folder/image.tar"
        Remove-Item -LiteralPath "$folder/db"
        (Start-Lab $folder).Ran | Sort-Object | Should -Be @('db', 'image', 'website')
        (Get-Reason changed)[0, 2] | Should -Be @('image True output image.tar is missing 1', 'db True its test says that it is not done 0')
    }

    It 'runs again when its script or its parameters change' {
        $folder = New-Lab 'edited'
        $null = Start-Lab $folder
        $text = Get-Content -Raw -LiteralPath "$folder/lab.yaml"
        Set-Content -LiteralPath "$folder/lab.yaml" -Value ($text -replace '-Value image', '-Value image2')
        (Start-Lab $folder).Ran | Should -Be @('image2', 'website')
        (Get-Reason edited)[0] | Should -Be 'image True its script or program has changed 1'
    }

    It 'says before a run what would run, and asks no test' {
        $folder = New-Lab 'planned'
        $null = Start-Lab $folder
        Set-Content -LiteralPath "$folder/app.js" -Value 2
        $plan = Get-LabPlan -Path "$folder/lab.yaml"
        $rows = @{}
        $plan.Operations | ForEach-Object { $rows[$_.Name] = "$($_.Run): $($_.Why)" }
        $rows.image | Should -Be 'yes: input app.js has changed'
        $rows.website | Should -Be "yes: 'image' ran"
        $rows.db | Should -Be 'test: its test is asked'
        "$plan" | Should -Match 'Run\s+Why'
        $dry = (Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -DryRun).ExecutionPlan.Operations
        ($dry | Where-Object Name -EQ image).Run | Should -Be 'yes'
        (Start-Lab $folder).Ran | Should -Be @('image', 'website')
        ((Get-LabPlan -Path "$folder/lab.yaml").Operations | Where-Object Name -EQ image).Run | Should -Be 'no'
    }

    It 'runs a program only if its test says that its work is not done, under the isolation <_>' -Skip:$IsWindows -ForEach 'Shared', 'Runspace', 'Process' {
        $mark = Join-Path $TestDrive "program-$_.txt"
        $operations = @{
            Name = 'install'; Command = 'sh'; Arguments = '-c', 'echo installing; echo x >> "$0"', $mark; Parameters = @{ Mark = $mark }
            Test = { param($Mark) Write-Warning 'looking'; 'more'; Test-Path $Mark }
        }, @{ Name = 'after'; ScriptBlock = { 'after' }; Dependencies = 'install' }
        $first = Invoke-ParallelLabRunner $operations -Ordered -Isolation $_ -RunName "program-$_" -WarningVariable warned 3>$null
        $first.Success | Should -Be $true, $true
        $first[0].Output | Should -Be 'installing' -Because 'what the test puts out is its answer'
        "$warned" | Should -Be '[install] looking'
        Get-Content $mark | Should -Be 'x'
        (Get-LabRun -Name "program-$_" -Last 1 | Get-LabRunOutput).Text | Sort-Object | Should -Be 'after', 'installing', 'looking'
        $second = Invoke-ParallelLabRunner $operations -Ordered -Isolation $_ -RunName "program-$_" 3>$null
        $second.UpToDate | Should -Be $true, $false
        Get-Content $mark | Should -Be 'x'
    }

    It 'does not run a program whose test fails' -Skip:$IsWindows {
        $mark = Join-Path $TestDrive 'unmade.txt'
        $result = Invoke-ParallelLabRunner @{ Name = 'install'; Command = 'touch'; Arguments = $mark; Test = { throw 'no answer' } } -ErrorAction SilentlyContinue
        $result.Status | Should -Be 'Failed'
        $result.Error | Should -Be "The test of operation 'install' failed: no answer"
        $mark | Should -Not -Exist
    }

    It 'asks the tests of programs in a lab file' -Skip:$IsWindows {
        $folder = Join-Path $TestDrive 'programs'
        $null = New-Item -ItemType Directory $folder
        Set-Content -LiteralPath "$folder/lab.yaml" -Value @'
name: Programs
operations:
  - { name: key, provider: process, command: sh, arguments: [-c, "echo x >> key.txt"], test: Test-Path ./key.txt }
'@
        Push-Location $folder
        try {
            (Start-AdvancedLabOrchestration ./lab.yaml).Metrics.UpToDate | Should -Be 0
            (Start-AdvancedLabOrchestration ./lab.yaml).Metrics.UpToDate | Should -Be 1
            Get-Content ./key.txt | Should -Be 'x'
            (Get-LabRun -Name Programs -Last 1 -Why).Why | Should -Be 'up to date (test)'
        } finally {
            Pop-Location
        }
    }

    It 'knows scripts again that have moved in their file' {
        $folder = New-Lab 'moved'
        (Start-Lab $folder).Ran | Should -Be @('image', 'website')
        Set-Content -LiteralPath "$folder/lab.yaml" -Value ("# a comment moves every line`n" + (Get-Content -LiteralPath "$folder/lab.yaml" -Raw))
        (Start-Lab $folder).Ran | Should -BeNullOrEmpty
    }

    It 'runs everything with -RunAll' {
        $folder = New-Lab 'all'
        $null = Start-Lab $folder
        (Start-Lab $folder @{ RunAll = $true }).Ran | Sort-Object | Should -Be @('db', 'image', 'website')
        (Get-Reason all) | Should -Be @('image True everything was to run 0', 'website True everything was to run 0', 'db True everything was to run 0')
    }

    It 'keeps what it knows of operations that a run leaves out' {
        $folder = New-Lab 'targets'
        $null = Start-Lab $folder
        (Start-Lab $folder @{ Target = 'db' }).Ran | Should -BeNullOrEmpty
        (Start-Lab $folder).Ran | Should -BeNullOrEmpty
    }

    It 'undoes only what a run has done' {
        $folder = New-Lab 'undone'
        $null = Start-Lab $folder
        $null = Start-Lab $folder
        (Undo-LabRun -Name undone 6> $null).Rollback | Should -BeNullOrEmpty
        Test-Path -LiteralPath "$folder/undone" | Should -BeFalse
    }

    It 'says that later runs will not know of a run without a record' {
        $folder = New-Lab 'unseen'
        $null = Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -NoRecord -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike '*Later runs do not know what this run does, because it leaves no record.*-RunAll*'
    }
}

Describe 'A test' {
    BeforeAll {
        function Invoke-One([hashtable] $With) {
            $operation = @{ Name = 'one'; ScriptBlock = { 'ran' } }
            $With.GetEnumerator() | ForEach-Object { $operation[$_.Key] = $_.Value }
            Invoke-ParallelLabRunner -Operations $operation -ErrorAction SilentlyContinue
        }
    }

    It 'decides by the last thing it puts out, as if does (<Isolation>)' -ForEach @(
        @{ Isolation = 'Shared' }, @{ Isolation = 'Runspace' }, @{ Isolation = 'Process' }
    ) {
        (Invoke-One @{ Test = { $false; 'yes' }; Isolation = $Isolation }).UpToDate | Should -BeTrue
        $all = { $true; $false }, { 0 }, { '' }, { }
        foreach ($no in $Isolation -eq 'Process' ? $all[0, 3] : $all) {
            $result = Invoke-One @{ Test = $no; Isolation = $Isolation }
            $result.UpToDate | Should -BeFalse -Because "$no"
            $result.Output | Should -Be 'ran'
        }
    }

    It 'gets the parameters that it declares, and values of the caller (<Isolation>)' -ForEach @(
        @{ Isolation = 'Shared' }, @{ Isolation = 'Process' }
    ) {
        $wanted = 5
        $with = @{ ScriptBlock = { param($A, $B) "$A $B" }; Parameters = @{ A = 5; B = 2 }; Isolation = $Isolation }
        (Invoke-ParallelLabRunner -Operations (@{ Name = 'one'; Test = { param($A) $A -eq $using:wanted } } + $with)).UpToDate | Should -BeTrue
        (Invoke-ParallelLabRunner -Operations (@{ Name = 'one'; Test = { param($A) $A -ne $using:wanted } } + $with)).Output | Should -Be '5 2'
    }

    It 'that fails is a failed operation, which is not run (<Isolation>)' -ForEach @(
        @{ Isolation = 'Shared' }, @{ Isolation = 'Process' }
    ) {
        $result = Invoke-One @{ Test = { throw 'no disk' }; Isolation = $Isolation }
        $result.Status | Should -Be 'Failed'
        $result.Output | Should -BeNullOrEmpty
        $result.Error | Should -Be "The test of operation 'one' failed: no disk"
    }

    It 'that fails does so at its own line (<_>)' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' -ForEach 'Shared', 'Process' {
        (Invoke-One @{ Test = { throw 'no disk' }; Isolation = $_ }).ErrorRecord.InvocationInfo.Line | Should -BeLike "*throw 'no disk'*"
    }

    It 'that uses exit has not answered (<Isolation>)' -ForEach @(
        @{ Isolation = 'Shared' }, @{ Isolation = 'Process' }
    ) {
        $result = Invoke-One @{ Test = { exit 0 }; Isolation = $Isolation }
        $result.Status | Should -Be 'Failed'
        $result.ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LabRunner.TestFailed*'
        $result.Output | Should -BeNullOrEmpty
    }

    It 'is not asked again once the operation has been tried' {
        $count = Join-Path -Path $TestDrive -ChildPath 'asked'
        $result = Invoke-One @{ Test = { Add-Content -LiteralPath $using:count -Value 1; $false }; ScriptBlock = { throw 'bad' }; RetryCount = 2; RetryDelay = '1ms' }
        $result.Attempts | Should -Be 3
        @(Get-Content -LiteralPath $count).Count | Should -Be 1
    }

    It 'can be a script file, and one that is not there is a failed operation' {
        $file = Join-Path -Path $TestDrive -ChildPath 'is-done.ps1'
        Set-Content -LiteralPath $file -Value 'param($A) $A -eq 1'
        (Invoke-One @{ Test = $file; ScriptBlock = { param($A) $A }; Parameters = @{ A = 1 } }).UpToDate | Should -BeTrue
        $missing = Invoke-One @{ Test = (Join-Path -Path $TestDrive -ChildPath 'not-there.ps1') }
        $missing.Status | Should -Be 'Failed'
        $missing.Error | Should -BeLike '*not-there.ps1*'
    }
}

Describe 'What operations say about being up to date' {
    It 'is the same in objects, and New-LabOperation makes it' {
        Push-Location -LiteralPath (New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'objects'))
        try {
            Set-Content -LiteralPath in -Value 1
            $operation = New-LabOperation -Name copy -ScriptBlock { Copy-Item -Path in -Destination out } -Inputs in -Outputs out -IgnoreChanges Block
            (Invoke-ParallelLabRunner $operation).UpToDate | Should -BeFalse
            (Invoke-ParallelLabRunner $operation).UpToDate | Should -BeTrue
            $operation.ScriptBlock = { Copy-Item -Path in -Destination out; 'other' }
            (Invoke-ParallelLabRunner $operation).UpToDate | Should -BeTrue
            Set-Content -LiteralPath in -Value 2
            (Invoke-ParallelLabRunner $operation).Output | Should -Be 'other'
        } finally {
            Pop-Location
        }
    }

    It 'is refused where it cannot be meant: <Said>' -ForEach @(
        @{ With = @{ Inputs = '{a' }; Said = "*inputs: '{a' is not a pattern*" }
        @{ With = @{ Outputs = '!a' }; Said = '*outputs: all patterns begin with*' }
        @{ With = @{ IgnoreChanges = 'Block' }; Said = '*ignores changes, but always runs*' }
        @{ With = @{ Test = { 1 }; IgnoreChanges = 'Bloc' }; Said = "*IgnoreChanges 'Bloc'*does not exist*" }
        @{ With = @{ Test = { 1 }; Type = 'Monitor' }; Said = '*is a monitor, which always runs*' }
        @{ With = @{ Input = 'a' }; Said = "*Did you mean 'Inputs'?*" }
    ) {
        $operation = @{ Name = 'one'; ScriptBlock = { 1 } } + $With
        { Invoke-ParallelLabRunner -Operations $operation } | Should -Throw -ExpectedMessage $Said
    }

    It 'is found in a lab file at its place' {
        $file = Join-Path -Path $TestDrive -ChildPath 'wrong.yaml'
        Set-Content -LiteralPath $file -Value "name: wrong", 'operations:', '  - name: a', '    script: "1"', "    inputs: ['{a']", '    input: b', '    ignore-changes: all'
        $found = (Test-LabConfiguration -Path $file).Errors
        $found.Line | Should -Be @(5, 7, 6)
        "$($found[0])" | Should -BeLike "*'{a' is not a pattern*"
        "$($found[1])" | Should -BeLike "*'ignore-changes' cannot be 'all'*"
    }

    It 'has names of secrets only, never a value, and no content of files in its record' {
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'hidden')
        Set-Content -LiteralPath "$folder/in" -Value 'the content of the file'
        $result = Invoke-ParallelLabRunner -RunName hidden -Operations @{ Name = 'a'; ScriptBlock = { param($P) }; Parameters = @{ P = 'hunter2' }; Inputs = "$folder/in" }
        $result.Success | Should -BeTrue
        $run = (Get-LabRun -Name hidden -Last 1).Directory
        $text = (Get-ChildItem -LiteralPath $run -Recurse -File | Get-Content -Raw) -join ''
        $text | Should -Not -Match 'hunter2|the content of the file'
        $text | Should -Match '"inputs":'
    }
}
