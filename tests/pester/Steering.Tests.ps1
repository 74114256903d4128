# A run that is stopped, suspended and steered from another terminal: the run is in a PowerShell of its own.

BeforeAll {
    . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
    $script:Module = (Get-Module LabRunner).ModuleBase
    $script:before = $env:LABRUNNER_HOME

    # Waits until something is so; an error says what did not come.
    function Wait-Until([string] $What, [scriptblock] $Is) {
        if (-not [System.Threading.SpinWait]::SpinUntil([func[bool]] $Is, 90000)) { throw "It did not come to this: $What" }
    }

    # A PowerShell that runs a lab whose operations say when they begin, and wait until their gate is opened.
    function Start-Run([string] $Name, [string] $Operations, [string] $More = '') {
        $text = @'
            $ErrorActionPreference = 'Stop'
            Import-Module '{0}'
            $wait = {{ param($Folder, $Name)
                # One file for each attempt.
                $mine = "$Folder/$Name-begun-$([guid]::NewGuid())"
                Set-Content "$mine.new" $PID; Move-Item "$mine.new" $mine
                while (-not (Test-Path "$Folder/$Name-open")) {{ [System.Threading.Thread]::Sleep(20) }}
                "$Name is done"
            }}
            function New-Gate([string] $Name, [string[]] $After = @(), [hashtable] $Other = @{{}}) {{
                @{{ Name = $Name; Dependencies = $After; ScriptBlock = $wait; Parameters = @{{ Folder = '{1}'; Name = $Name }} }} + $Other
            }}
            Invoke-ParallelLabRunner -RunName '{2}' -MaxParallelism 2 -WarningAction Continue -ErrorAction Continue {4} -Operations @({3}) 3>&1 2>&1 | Out-File '{1}/said'
'@ -f $script:Module, $script:folder, $Name, $Operations, $More
        $file = Join-Path $script:folder "$Name.ps1"
        Set-Content $file $text
        $process = Start-SamePowerShell '-File', $file
        Wait-Until "run $Name is under way" { $process.HasExited -or @(Get-LabRun $Name -Running).Count -gt 0 }
        if ($process.HasExited) { throw "PowerShell ended with $($process.ExitCode)" }
        $process
    }

    function Wait-Begun([string] $Name, [int] $Times = 1) {
        Wait-Until "$Name has begun $Times times" { @(Get-ChildItem $script:folder -Filter "$Name-begun-*" | Where-Object Name -NotLike '*.new').Count -ge $Times }
    }

    function Open-Gate([string[]] $Name) { $Name | ForEach-Object { Set-Content "$script:folder/$_-open" 1 } }

    # Somebody who watches from a session of their own, where progress is lines of text.
    function Start-Watch([string] $Arguments) {
        $shell = [powershell]::Create().AddScript("`$env:CI = 'true'; Import-Module '$script:Module'; Watch-LabRun $Arguments")
        $script:watches += $shell
        @{ Shell = $shell; Result = $shell.BeginInvoke() }
    }

    function Test-Shown($Watch, [string] $Like) { @($Watch.Shell.Streams.Information | ForEach-Object { "$_" }) -like $Like }

    function Get-Statuses([string] $Name) {
        $found = @{}
        Get-LabRun $Name -Last 1 | Get-LabRunOperation | ForEach-Object { $found[$_.Name] = $_.Status }
        $found
    }
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'A run in another PowerShell' {
    BeforeEach {
        $script:folder = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item -ItemType Directory $folder
        $env:LABRUNNER_HOME = Join-Path $folder 'home'
        $script:process = $null
        $script:watches = @()
        $script:ci = $env:CI
    }

    AfterEach {
        $watches | ForEach-Object { $_.Dispose() }
        $env:CI = $ci
        if ($process -and -not $process.HasExited) { $process.Kill($true) }
    }

    It 'is stopped, and its end is awaited' {
        $script:process = Start-Run 'stop' "(New-Gate a), (New-Gate b a)"
        Wait-Begun a
        { Wait-LabRun stop -Timeout 0 -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.RunNotEnded*'
        Stop-LabRun stop -WhatIf
        (Get-LabRun stop).Status | Should -Be 'Running'
        $stopped = Stop-LabRun stop -PassThru
        $stopped.Name | Should -Be 'stop'
        (Wait-LabRun stop).Status | Should -Be 'Canceled'
        $process.WaitForExit(90000) | Should -BeTrue
        Get-Content "$folder/said" -Raw | Should -Match "The run was stopped by $([regex]::Escape([Environment]::UserName)) \(process $PID\)\."
        $statuses = Get-Statuses stop
        $statuses.a, $statuses.b | Should -Be 'Canceled', 'Skipped'
        { Stop-LabRun -Id (Get-LabRun stop).Id -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.RunNotUnderWay*'
        { Stop-LabRun stop -ErrorAction Stop } | Should -Throw 'There is no run under way called ''stop''*'
    }

    It 'is killed' {
        $script:process = Start-Run 'kill' "(New-Gate a), (New-Gate last a @{ Trigger = 'always' })"
        Wait-Begun a
        Get-LabRun -Running | Stop-LabRun -Kill
        (Wait-LabRun kill).Status | Should -Be 'Canceled'
        (Get-Statuses kill).last | Should -Be 'Skipped' -Because 'nothing more is started'
    }

    It 'is suspended, and goes on where it is' {
        $script:process = Start-Run 'pause' "(New-Gate a), (New-Gate b a)"
        Wait-Begun a
        $run = Suspend-LabRun -PassThru
        $run.Status, (Get-LabRun pause).Status, (Get-LabStatus pause).Status | Should -Be 'Suspended', 'Suspended', 'Suspended'
        { Suspend-LabRun pause -ErrorAction Stop } | Should -Throw 'Run ''pause'' is suspended already*' -ErrorId 'LabRunner.OrderRefused*'
        Open-Gate a, b
        Wait-Until 'a has ended' { (Get-Statuses pause).a -eq 'Succeeded' }
        (Get-Statuses pause).b | Should -Be 'Waiting' -Because 'nothing more is started'
        @(Get-ChildItem $folder -Filter 'b-begun-*').Count | Should -Be 0
        Resume-LabRun -Name pause -WhatIf | Should -BeNullOrEmpty
        (Get-LabRun pause).Status | Should -Be 'Suspended'
        Resume-LabRun -Name pause 6> $null
        (Wait-LabRun -Id $run.Id).Status | Should -Be 'Succeeded'
        $process.WaitForExit(90000) | Should -BeTrue
        Get-Content "$folder/said" -Raw | Should -Match 'The run was suspended by .* \(process \d+\)\. Resume-LabRun lets it go on\.'
    }

    It 'skips an operation that has not begun, and what needs it' {
        $script:process = Start-Run 'skip' "(New-Gate a), (New-Gate b a), (New-Gate c b)"
        Wait-Begun a
        { Skip-LabOperation bb -RunName skip -ErrorAction Stop } | Should -Throw 'The run has no operation ''bb''*' -ErrorId 'LabRunner.UnknownOperation*'
        Skip-LabOperation b
        Open-Gate a
        (Wait-LabRun skip).Status | Should -Be 'PartiallySucceeded'
        $operations = Get-LabRun skip | Get-LabRunOperation
        $operations.Status | Should -Be 'Succeeded', 'Skipped', 'Skipped'
        $operations[1].SkippedBecause.Message | Should -Be 'it was skipped by order'
        $operations[2].SkippedBecause.Operation | Should -Be 'b'
    }

    It 'stops an operation that is skipped while it runs, and goes on' {
        $script:process = Start-Run 'running' "(New-Gate a), (New-Gate b), (New-Gate c b)"
        Wait-Begun a
        Wait-Begun b
        Get-LabRunOperation -Status Running a | Skip-LabOperation
        Open-Gate b, c
        (Wait-LabRun running).Status | Should -Be 'PartiallySucceeded'
        $statuses = Get-Statuses running
        $statuses.a, $statuses.b, $statuses.c | Should -Be 'Canceled', 'Succeeded', 'Succeeded'
    }

    It 'starts an operation again' {
        $script:process = Start-Run 'again' "(New-Gate a), (New-Gate b a)"
        Wait-Begun a
        { Restart-LabOperation b -RunName again -ErrorAction Stop } | Should -Throw 'Operation ''b'' has not begun*' -ErrorId 'LabRunner.OrderRefused*'
        Restart-LabOperation a -Last
        Wait-Begun a 2
        Open-Gate a, b
        (Wait-LabRun again).Status | Should -Be 'Succeeded'
        (Get-LabRun again | Get-LabRunOperation a).Attempts | Should -Be 2
        { Restart-LabOperation a -RunName again -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.RunNotUnderWay*'
    }

    It 'is watched until it ends, from the beginning on' {
        $script:process = Start-Run 'watched' "(New-Gate a), (New-Gate b a)"
        Wait-Begun a
        Open-Gate a
        Wait-Begun b
        $watch = Start-Watch 'watched -Output'
        Wait-Until 'the start of b is shown' { Test-Shown $watch '*b: started*' }
        Suspend-LabRun watched
        Wait-Until 'the suspension is shown' { Test-Shown $watch '*The run: suspended*' }
        Resume-LabRun -Name watched 6> $null
        Open-Gate b
        $ended = $watch.Shell.EndInvoke($watch.Result)
        $ended.Count, $ended[0].Status | Should -Be 1, 'Succeeded'
        $shown = @($watch.Shell.Streams.Information | ForEach-Object { "$_" })
        # What an operation wrote may reach the disk after its end has.
        $shown -replace 'after [\d.]+ s', 'after T' -notlike '*] ? is done' | Should -Be @(
            '[0/2] a: started', '[1/2] a: Succeeded after T', '[1/2] b: started', '[1/2] The run: suspended', '[1/2] The run: goes on', '[2/2] b: Succeeded after T')
        $shown -like '*] ? is done' | Should -Be '[a] a is done', '[b] b is done'
        $process.WaitForExit(90000) | Should -BeTrue
        # Once more, and so fast that nobody waits.
        $again = Start-Watch 'watched -Speed 100000'
        $again.Shell.EndInvoke($again.Result).Status | Should -Be 'Succeeded'
        @($again.Shell.Streams.Information | ForEach-Object { "$_" }) -replace 'after [\d.]+ s', 'after T' | Should -Be @($shown -notlike '*] ? is done' -replace 'after [\d.]+ s', 'after T')
    }

    It 'goes on when nobody watches any more, and is missed when its process dies' {
        $script:process = Start-Run 'left' "(New-Gate a)"
        Wait-Begun a
        $first, $second = (Start-Watch 'left'), (Start-Watch '-Last')
        Wait-Until 'both see it' { (Test-Shown $first '*a: started*') -and (Test-Shown $second '*a: started*') }
        $first.Shell.Stop()
        (Get-LabRun left).Status | Should -Be 'Running'
        { Resume-LabRun -Name left -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.*'
        { Resume-LabRun -Id (Get-LabRun left).Id -ErrorAction Stop } | Should -Throw '*is under way*' -ErrorId 'LabRunner.RunUnderWay*'
        $process.Kill($true)
        $second.Shell.EndInvoke($second.Result).Status | Should -Be 'Interrupted'
        "$($second.Shell.Streams.Warning)" | Should -Match "^Run 'left' \(.*\) has not ended: its process has gone\. Resume-LabRun -Id \w+ -Operations \`$operations goes on where it stopped\."
    }

    It 'is watched until it is parked for a restart of the machine, and says how it goes on' {
        $script:process = Start-Run 'parks' "(New-Gate a), @{ Name = 'asks'; Dependencies = 'a'; ScriptBlock = { Request-LabRestart 'a new kernel' } }, (New-Gate later asks)"
        Wait-Begun a
        $watch = Start-Watch 'parks'
        Wait-Until 'it is seen' { Test-Shown $watch '*a: started*' }
        Open-Gate a
        $ended = $watch.Shell.EndInvoke($watch.Result)
        $ended.Status | Should -Be 'Parked'
        @($watch.Shell.Streams.Information | ForEach-Object { "$_" }) -replace 'after [\d.]+ m?s', 'after T' | Should -Contain '[2/3] asks: Succeeded after T'
        "$($watch.Shell.Streams.Warning)" | Should -Match "Run 'parks' \(.*\) waits for a restart of .+\. Once that has taken place: Resume-LabRun -Id \w+ -Operations \`$operations goes on where it stopped\."
        (Get-Statuses parks).later | Should -Be 'Skipped'
        # Whoever comes later sees the same once more.
        $again = Start-Watch 'parks -Speed 100000'
        $again.Shell.EndInvoke($again.Result).Status | Should -Be 'Parked'
    }

    It 'cannot be watched any more when its record is deleted' {
        $script:process = Start-Run 'gone' "(New-Gate a)"
        Wait-Begun a
        $watch = Start-Watch 'gone'
        Wait-Until 'it is seen' { Test-Shown $watch '*a: started*' }
        Move-Item (Get-LabRun gone).Directory "$folder/elsewhere"
        $watch.Shell.EndInvoke($watch.Result) | Should -BeNullOrEmpty
        "$($watch.Shell.Streams.Error)" | Should -Match "^Run 'gone' \(.*\) cannot be watched any more: its record was deleted\."
    }

    It 'that has been killed takes no orders, and its end is no secret' {
        $script:process = Start-Run 'dead' "(New-Gate a)"
        Wait-Begun a
        $run = Suspend-LabRun dead -PassThru
        $process.Kill($true)
        (Wait-LabRun -Id $run.Id).Status | Should -Be 'Interrupted'
        { $run | Stop-LabRun -ErrorAction Stop } | Should -Throw '*its process has gone*' -ErrorId 'LabRunner.RunNotUnderWay*'
    }

    It 'obeys each of 200 orders or refuses it with a reason, while it is busy' {
        $busy = '(1..400 | ForEach-Object { @{ Name = "busy$_"; ScriptBlock = { 1..50 | ForEach-Object { Write-Verbose $_ } } } })'
        # No order is about the first one, so that the run goes on until it is killed.
        $script:process = Start-Run 'load' "@(New-Gate keeps) + $busy + (New-Gate a), (New-Gate b a), (New-Gate c)"
        $run = Get-LabRun load
        $random = [System.Random]::new(4711)
        $answers = foreach ($number in 1..200) {
            $name = @('a', 'b', 'c', 'nowhere', "busy$($random.Next(1, 400))")[$random.Next(5)]
            try {
                switch ($random.Next(4)) {
                    0 { $run | Suspend-LabRun -ErrorAction Stop }
                    1 { Resume-LabRun -Id $run.Id -ErrorAction Stop 6> $null }
                    2 { $run | Skip-LabOperation $name -ErrorAction Stop }
                    3 { $run | Restart-LabOperation $name -ErrorAction Stop }
                }
                'obeyed'
            } catch {
                $_.FullyQualifiedErrorId -replace ',.*'
            }
        }
        $answers.Count | Should -Be 200
        # A run that is not suspended is not resumed: that is known before an order is sent.
        $unsent = 'LabRunner.RunUnderWay', 'LabRunner.OperationsNeeded'
        $answers | Sort-Object -Unique | Where-Object { $_ -notin $unsent + 'obeyed' + 'LabRunner.OrderRefused' + 'LabRunner.UnknownOperation' } | Should -BeNullOrEmpty
        $answers | Should -Contain 'obeyed'
        $journal = @(Get-Content (Join-Path $run.Directory 'journal' '0001.jsonl') | ConvertFrom-Json | Where-Object event -EQ 'order')
        $sent = @($answers | Where-Object { $_ -notin $unsent }).Count
        $journal.Count | Should -Be $sent -Because 'each order has an entry'
        @($journal | Where-Object { -not $_.refused }).Count | Should -Be @($answers | Where-Object { $_ -eq 'obeyed' }).Count
        @(Get-ChildItem (Join-Path $run.Directory 'orders')).Count | Should -Be 0
        Stop-LabRun load -Kill
        (Wait-LabRun load).Status | Should -Be 'Canceled'
    }
}

Describe 'Which run is meant' {
    BeforeAll {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'which'
        $script:gate = [System.Threading.ManualResetEventSlim]::new()
        $wait = @{ Name = 'waits'; Parameters = @{ Gate = $gate }; ScriptBlock = { param($Gate) $Gate.Wait() } }
        $script:jobs = 'one', 'two' | ForEach-Object { Invoke-ParallelLabRunner $wait -RunName $_ -Background }
    }

    AfterAll {
        $gate.Set()
        $jobs | Wait-Job | Remove-Job
    }

    It 'is asked for when several are under way' {
        { Suspend-LabRun -ErrorAction Stop } | Should -Throw '2 runs are under way: *' -ErrorId 'LabRunner.AmbiguousRun*'
        { Stop-LabRun one -Last -ErrorAction Stop } | Should -Throw '*each say which run is meant*'
        (Suspend-LabRun t* -PassThru).Name | Should -Be 'two'
        (Get-LabRun -Status Suspended).Name | Should -Be 'two'
        (Get-LabRun -Running).Count | Should -Be 2
    }

    It 'is a job of this PowerShell as well' {
        Stop-LabRun one, two
        $gate.Set()
        (Wait-LabRun one, two).Status | Should -Be 'Canceled', 'Canceled'
    }
}
