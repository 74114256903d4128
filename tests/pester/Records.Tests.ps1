# What a run leaves behind, and how people read it: why did last night's run fail?

BeforeAll {
    . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
    $script:before = $env:LABRUNNER_HOME
    $script:shop = @(
        @{ Name = 'network'; ScriptBlock = { Write-Warning 'slow link'; Write-Host 'cabling'; [pscustomobject] @{ Ports = 4 }; 42 } }
        @{ Name = 'database'; ScriptBlock = { Write-Error 'bad sector'; throw 'no disk' }; Dependencies = 'network' }
        @{ Name = 'web'; ScriptBlock = { 'up' }; Dependencies = 'database' }
    )
    function Invoke-Shop([string] $Name = 'shop') {
        $null = Invoke-ParallelLabRunner $shop -RunName $Name -ErrorAction SilentlyContinue -WarningAction SilentlyContinue 6>$null
    }
    # A run of another process that was killed, so that nobody wrote its end.
    function New-DeadRun([string] $Name) {
        Invoke-Shop $Name
        $run = Get-LabRun $Name -Last 1
        Remove-Item (Join-Path $run.Directory 'result.json')
        $segment = Join-Path $run.Directory 'journal' '0001.jsonl'
        $lines = @(Get-Content $segment)
        Set-Content $segment $lines[0..1]
        $run
    }
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'When a run is recorded' {
    BeforeEach { $env:LABRUNNER_HOME = Join-Path $TestDrive ([guid]::NewGuid()) }

    It 'leaves nothing behind for a short run without a name' {
        $null = 1..5 | ForEach-Object { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1; Write-Warning 'x' } } -WarningAction SilentlyContinue }
        Get-LabRun | Should -BeNullOrEmpty
        Test-Path $env:LABRUNNER_HOME | Should -BeFalse
    }

    It 'records a run without a name in which something failed' {
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Write-Warning 'careful'; 'kept not'; throw 'x' } } -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $run = Get-LabRun
        $run.Name, $run.Status, $run.Failed | Should -Be 'run', 'Failed', 1
        $output = $run | Get-LabRunOutput
        $output.Stream | Should -Be 'Warning', 'Error'
        $output[0].Text | Should -Be 'careful'
        (Get-LabStatus).Labs | Should -BeNullOrEmpty -Because 'it is no lab'
    }

    It 'records a run without a name that lasts, while it goes on' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner @{ Name = 'lasts'; Parameters = @{ Gate = $gate }; ScriptBlock = { param($Gate) Write-Warning 'begun'; $Gate.Wait() } } -Background
        try {
            while (-not ($run = Get-LabRun -Running)) { [System.Threading.Thread]::Sleep(20) }
            $run.Status, $run.Name | Should -Be 'Running', 'run'
            ($run | Get-LabRunOperation).Status | Should -Be 'Running'
            { $run | Remove-LabRun -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.RunUnderWay*'
        } finally {
            $gate.Set()
            $job | Wait-Job | Remove-Job
        }
        (Get-LabRun -Id $run.Id).Status | Should -Be 'Succeeded'
        (Get-LabRun -Id $run.Id | Get-LabRunOutput).Text | Should -Be 'begun'
    }

    It 'keeps the objects of a run without a name only when that is asked for' {
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 'mine'; throw 'x' } } -RecordOutput -ErrorAction SilentlyContinue
        (Get-LabRunOutput -Stream Output).Text | Should -Be 'mine'
    }

    It 'records nothing with -NoRecord, or with the setting' {
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { throw 'x' } } -RunName 'a' -NoRecord -ErrorAction SilentlyContinue
        Set-LabRunnerConfiguration -RecordRuns $false -Scope Process
        try {
            $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { throw 'x' } } -RunName 'a' -ErrorAction SilentlyContinue
        } finally {
            Reset-LabRunnerConfiguration RecordRuns -Scope Process
        }
        Get-LabRun | Should -BeNullOrEmpty
        { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -NoRecord -RecordOutput } | Should -Throw '*-NoRecord*-RecordOutput*'
    }

    It 'records as much of what an operation writes as the setting says' {
        Set-LabRunnerConfiguration -OutputLimitMB 1 -Scope Process
        try {
            $write = { foreach ($line in 1..4000) { Write-Warning ("$line " + 'x' * 1000) } }
            $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = $write } -RunName 'limited' 3> $null
        } finally {
            Reset-LabRunnerConfiguration OutputLimitMB -Scope Process
        }
        $kept = @(Get-LabRun limited | Get-LabRunOutput)
        $kept.Count | Should -BeGreaterThan 900
        $kept.Count | Should -BeLessThan 1100
        $kept[0].Text | Should -BeLike '1 x*'
        $kept[-1].Text | Should -BeLike '4000 x*'
        $kept.Stream | Should -Contain 'Missing'
    }

    It 'survives a power cut where the setting says so, and refuses to start where it must and cannot' {
        foreach ($durability in 'Machine', 'Required') {
            Set-LabRunnerConfiguration -RecordDurability $durability -Scope Process
            try {
                $result = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 'done' } } -RunName "durable-$durability"
                $result.Output | Should -Be 'done'
                (Get-LabRun "durable-$durability").Status | Should -Be 'Succeeded'
                (Get-Content (Join-Path (Get-LabRun "durable-$durability").Directory 'run.json') -Raw | ConvertFrom-Json).options.durability | Should -Be $durability.ToLower()
                # A folder below a file cannot be made.
                $before = $env:LABRUNNER_HOME
                $file = New-Item -ItemType File (Join-Path $TestDrive "file-$durability")
                $env:LABRUNNER_HOME = $file.FullName
                $start = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 'done' } } -RunName 'nowhere' -WarningVariable script:warned -WarningAction SilentlyContinue }
                if ($durability -eq 'Required') {
                    $start | Should -Throw -ErrorId 'LabRunner.JournalUnwritable*'
                } else {
                    (& $start).Output | Should -Be 'done'
                    $warned | Should -BeLike 'This run leaves no record*'
                }
            } finally {
                $env:LABRUNNER_HOME = $before
                Reset-LabRunnerConfiguration RecordDurability -Scope Process
            }
        }
    }

    It 'records a lab that is given as an object' {
        $null = Start-LabAutomation -LabName ObjLab -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { 1 } } }
        (Get-LabStatus ObjLab).Status | Should -Be 'Succeeded'
        (Get-LabRun ObjLab).Status | Should -Be 'Succeeded'
    }
}

Describe 'Why did last night''s run fail' {
    BeforeAll {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'night'
        Invoke-Shop
        $script:run = Get-LabRun shop
    }

    It 'shows the run' {
        $run.Status, $run.Failed, $run.Skipped | Should -Be 'Failed', 1, 1
        $run | Out-String -Width 160 | Should -Match "$($run.Id.Substring(0, 8)).*shop +Failed +[\d.]+ m?s +\S+ +1 +1"
    }

    It 'shows what failed, where in the script, and what was skipped for it' {
        $operations = $run | Get-LabRunOperation
        $operations.Name | Should -Be 'network', 'database', 'web'
        $operations.Status | Should -Be 'Succeeded', 'Failed', 'Skipped'
        $failed = Get-LabRunOperation -Status Failed
        $failed.Name, $failed.Attempts | Should -Be 'database', 1
        $failed.Error.Message | Should -Be 'no disk'
        $failed.Error.PositionMessage | Should -BeLike '*Records.Tests.ps1:*throw ''no disk''*'
        $failed.Error.ScriptStackTrace | Should -BeLike '*Records.Tests.ps1*'
        (Get-LabRunOperation web).SkippedBecause.Operation | Should -Be 'database'
    }

    It 'shows what they wrote' {
        $output = $run | Get-LabRunOutput
        ($output | Where-Object Operation -EQ network | Where-Object Stream -NE Output).Text | Should -Be 'slow link', 'cabling'
        ($output | Where-Object Operation -EQ network | Where-Object Stream -EQ Output).Text | Should -Be '@{Ports=4}', '42'
        $errors = $run | Get-LabRunOutput -Operation data* -Stream Error
        $errors[0].Text | Should -BeLike 'bad sector*Records.Tests.ps1*'
        $errors[1].Text | Should -BeLike 'no disk*'
        ($run | Get-LabRunOutput -Stream Warning).Stream | Should -Be 'Warning'
        @($run | Get-LabRunOutput -Last 1) | Should -HaveCount 1
    }

    It 'takes the beginning of an id, and refuses what is nobody''s or everybody''s' {
        Invoke-Shop
        (Get-LabRun -Id $run.Id.Substring(0, 12)).Id | Should -Be $run.Id
        (Get-LabRunOperation -Id $run.Id -Status Skipped).Name | Should -Be 'web'
        { Get-LabRun -Id 'zz' -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownRun*' -ExpectedMessage '*zz*'
        { Get-LabRun -Id '../..' -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownRun*'
        { Get-LabRun -Id '' -ErrorAction Stop } | Should -Throw
        (Get-LabRun -Last 1).Id | Should -Not -Be $run.Id
        (Get-LabRun -After (Get-Date).AddHours(1)) | Should -BeNullOrEmpty
        @(Get-LabRun SH*, x* -Status Failed) | Should -HaveCount 2
    }

    It 'calls a run Interrupted whose process has gone' {
        $dead = New-DeadRun 'killed'
        $found = Get-LabRun killed
        $found.Status | Should -Be 'Interrupted'
        @(Get-LabRun -Status Interrupted).Id | Should -Be $dead.Id
        (Get-LabStatus killed).Status | Should -Be 'Unknown' -Because 'it always said so'
        ($found | Get-LabRunOperation).Status | Should -Contain 'Interrupted'
    }

    It 'names damage, and shows what comes before it' {
        Invoke-Shop 'damaged'
        $damaged = Get-LabRun damaged
        $file = Join-Path $damaged.Directory 'output' '0001.log'
        $bytes = [System.IO.File]::ReadAllBytes($file)
        $bytes[-3] = $bytes[-3] -bxor 1
        [System.IO.File]::WriteAllBytes($file, $bytes)
        $found = $damaged | Get-LabRunOutput -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike "*output/0001.log*at byte*"
        @($found).Count | Should -BeLessThan @($run | Get-LabRunOutput).Count
    }
}

Describe 'An operation that was tried again' {
    BeforeAll { $env:LABRUNNER_HOME = Join-Path $TestDrive 'again' }

    It 'tells of each attempt that was followed by another' {
        $tried = [ref] 0
        $block = { ($using:tried).Value++; if (($using:tried).Value -lt 3) { throw "no $(($using:tried).Value)" } }
        $null = Invoke-ParallelLabRunner @{ Name = 'flaky'; Retry = @{ Count = 2; Delay = '1ms' }; ScriptBlock = $block } -RunName 'flaky'
        $operation = Get-LabRun flaky | Get-LabRunOperation
        $operation.Status, $operation.Attempts, $operation.Error | Should -Be @('Succeeded', 3, $null)
        $operation.FailedAttempts.Attempt | Should -Be 1, 2
        $operation.FailedAttempts.Status | Should -Be 'Failed', 'Failed'
        $operation.FailedAttempts.Error.Message | Should -Be 'no 1', 'no 2'
        "$($operation.FailedAttempts[1])" | Should -Be '2: no 2'
    }

    It 'has what each attempt wrote, its objects and its failure too, in <Isolation>' -ForEach @(@{ Isolation = 'Shared' }, @{ Isolation = 'Process' }) {
        $file = Join-Path $TestDrive "tried-$Isolation"
        $block = {
            param($File)
            Add-Content -LiteralPath $File -Value x
            $number = @(Get-Content -LiteralPath $File).Count
            Write-Warning "warned $number"
            "output $number"
            if ($number -lt 3) { throw "no $number" }
        }
        $result = Invoke-ParallelLabRunner @{ Name = 'flaky'; Retry = @{ Count = 2; Delay = '1ms' }; ScriptBlock = $block; Parameters = @{ File = $file } } -RunName "each-$Isolation" -Isolation $Isolation 3> $null
        $result.Output | Should -Be 'output 3' -Because 'a result has what its last attempt output'
        $written = Get-LabRun "each-$Isolation" | Get-LabRunOutput
        $written | ForEach-Object { "$($_.Attempt) $($_.Stream) $(($_.Text -split "`n")[0].Trim())" } | Should -Be @(
            '1 Warning warned 1', '1 Error no 1', '1 Output output 1'
            '2 Warning warned 2', '2 Error no 2', '2 Output output 2'
            '3 Warning warned 3', '3 Output output 3')
        ($written | Where-Object Stream -EQ Output).Attempt | Should -Be 1, 2, 3
    }

    It 'has the first and the last objects of each attempt' {
        $tried = [ref] 0
        $block = { ($using:tried).Value++; 1..3000; if (($using:tried).Value -lt 2) { throw 'no' } }
        $null = Invoke-ParallelLabRunner @{ Name = 'flaky'; Retry = @{ Count = 1; Delay = '1ms' }; ScriptBlock = $block } -RunName 'flood'
        $output = Get-LabRun flood | Get-LabRunOutput -Stream Output | Where-Object Stream -EQ Output
        ($output | Group-Object Attempt).ForEach({ $_.Count }) | Should -Be 2000, 2000
        $output[999].Text, $output[1000].Text, $output[2000].Text, $output[-1].Text | Should -Be '1000', '2001', '1', '3000'
    }
}

Describe 'A run as one file' {
    BeforeAll { $env:LABRUNNER_HOME = Join-Path $TestDrive 'export' }

    It 'is read as its folder is' {
        Invoke-Shop
        $run = Get-LabRun shop -Last 1
        $file = $run | Export-LabRun -Path (Join-Path $TestDrive 'shop.zip')
        $run | Remove-LabRun
        Get-LabRun | Should -BeNullOrEmpty
        $again = Get-LabRun -Path $file
        $again.Id, $again.Status | Should -Be $run.Id, 'Failed'
        ($again | Get-LabRunOperation -Status Failed).Error.Message | Should -Be 'no disk'
        ($again | Get-LabRunOutput -Stream Warning).Text | Should -Be 'slow link'
        { Export-LabRun -Directory $run.Directory $file -ErrorAction Stop } | Should -Throw
        Set-Content (Join-Path $TestDrive 'no.zip') 'no archive'
        { Get-LabRun -Path (Join-Path $TestDrive 'no.zip') -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownRun*' -ExpectedMessage '*no.zip*'
    }

    It 'is named after the run where only a folder is given, and overwritten only with -Force' {
        Invoke-Shop 'two words'
        $run = Get-LabRun 'two words' -Last 1
        $file = $run | Export-LabRun $TestDrive
        $file.Name | Should -Be "two-words-$($run.Id.Substring(0, 8)).zip"
        { $run | Export-LabRun $TestDrive -ErrorAction Stop } | Should -Throw -ExpectedMessage '*exists*'
        ($run | Export-LabRun $TestDrive -Force).Length | Should -BeGreaterThan 500
    }
}

Describe 'Names of operations' {
    BeforeAll {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'completed'
        Invoke-Shop
        $script:shopRun = Get-LabRun shop
        # Ids whose beginnings look like numbers.
        foreach ($beginning in '1e345678', '01234567') {
            $copy = "$($shopRun.Directory)-$beginning"
            Copy-Item -LiteralPath $shopRun.Directory -Destination $copy -Recurse
            $header = Join-Path $copy 'run.json'
            (Get-Content -LiteralPath $header -Raw).Replace($shopRun.Id, $beginning + $shopRun.Id.Substring(8)) | Set-Content -LiteralPath $header
        }
        $null = Invoke-ParallelLabRunner @{ Name = 'other one'; ScriptBlock = { 1 } } -RunName other
    }

    It 'are completed: <Line>' -ForEach @(
        @{ Line = 'Get-LabRunOperation '; Names = , "'other one'" }
        @{ Line = 'Get-LabRunOutput -Operation '; Names = , "'other one'" }
        @{ Line = 'Get-LabRun shop -Last 1 | Get-LabRunOperation '; Names = 'database', 'network', 'web' }
        @{ Line = 'Get-LabRun -Name sh* | Get-LabRunOutput d'; Names = , 'database' }
        @{ Line = 'Get-LabRun -Id {0} | Get-LabRunOperation w'; Names = , 'web' }
        @{ Line = 'Get-LabRunOperation -Id {0} -Name n'; Names = , 'network' }
        @{ Line = 'Get-LabRunOutput -Directory ''{1}'' -Operation w'; Names = , 'web' }
        @{ Line = 'Get-LabRun -Id 1e345678 | Get-LabRunOperation w'; Names = , 'web' }
        @{ Line = 'Get-LabRunOperation -Id 01234567 -Name n'; Names = , 'network' }
        @{ Line = 'Get-LabRunOperation -Id 1e345678 -Name n'; Names = , 'network' }
        @{ Line = 'Get-LabRunOperation -Id ffffffff -Name '; Names = @() }
        @{ Line = 'Get-LabRun none-such | Get-LabRunOperation '; Names = @() }
    ) {
        $Line = $Line -f $shopRun.Id.Substring(0, 8), $shopRun.Directory
        $found = (TabExpansion2 $Line $Line.Length).CompletionMatches | Where-Object ResultType -EQ ParameterValue
        @($found.CompletionText) | Should -Be $Names
    }
}

Describe 'Following a run' {
    It 'shows what is written until the run ends' {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'follow'
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner -RunName followed -Background -Operations @{ Name = 'a'; Parameters = @{ Gate = $gate }; ScriptBlock = { param($Gate) Write-Warning 'first'; $Gate.Wait(); Write-Warning 'second' } }
        $seen = Get-LabRun followed | Get-LabRunOutput -Follow | ForEach-Object { $gate.Set(); $_.Text }
        $seen | Should -Be 'first', 'second'
        $job | Wait-Job | Remove-Job
    }
}

Describe 'Removing runs' {
    It 'asks, and leaves the others' {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'remove'
        'a', 'b' | ForEach-Object { Invoke-Shop $_ }
        Get-LabRun a | Remove-LabRun -WhatIf
        @(Get-LabRun) | Should -HaveCount 2
        Get-LabRun a | Remove-LabRun
        (Get-LabRun).Name | Should -Be 'b'
        { Remove-LabRun -Directory $TestDrive -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.UnknownRun*'
        Test-Path $TestDrive | Should -BeTrue
    }
}

Describe 'What is kept of objects' {
    It 'is text: as it is, or on one line' {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'objects'
        $null = Invoke-ParallelLabRunner -RunName objects @{ Name = 'a'; ScriptBlock = {
                "two`nlines"; 3.5; $null; @{ k = 'v' }; [pscustomobject] @{ Long = 'y' * 5000 }
                # Its text is a script of the operation's session, which nobody else may call.
                [pscustomobject] @{ Own = 1 } | Add-Member -MemberType ScriptMethod -Name ToString -Value { throw 'never' } -Force -PassThru
            }
        }
        $texts = (Get-LabRunOutput).Text
        $texts[0..3] | Should -Be "two`nlines", '3.5', '', '@{k=v}'
        $texts[4].Length | Should -Be 1000
        $texts[5] | Should -Be '@{Own=1}'
    }

    It 'is the first and the last of very many' {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'many'
        $null = Invoke-ParallelLabRunner -RunName many @{ Name = 'a'; ScriptBlock = { 1..5000 } }
        $output = Get-LabRunOutput
        $output.Count | Should -Be 2001
        $output[999].Text, $output[1001].Text, $output[-1].Text | Should -Be '1000', '4001', '5000'
        $output[1000].Stream | Should -Be 'Missing'
        $output[1000].Text | Should -BeLike '3000 records*'
    }
}

Describe 'Without a home' -Skip:$IsWindows {
    It 'records a run all the same' {
        $temp = Join-Path $TestDrive 'temp'
        $null = New-Item -ItemType Directory $temp
        $module = (Get-Module LabRunner).Path
        $kept = @{}
        foreach ($name in 'HOME', 'XDG_STATE_HOME', 'LABRUNNER_HOME', 'TMPDIR') { $kept[$name] = [Environment]::GetEnvironmentVariable($name) }
        try {
            $env:HOME = $env:XDG_STATE_HOME = $env:LABRUNNER_HOME = $null
            $env:TMPDIR = $temp
            $text = Invoke-SamePowerShell -Command "Import-Module '$module'; `$null = Invoke-ParallelLabRunner -RunName homeless @{ Name = 'a'; ScriptBlock = { 1 } }; (Get-LabRun homeless).Status"
        } finally {
            foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
        }
        $text | Should -Be 'Succeeded'
    }
}
