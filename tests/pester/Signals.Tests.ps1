# What is left when PowerShell is asked to end, or killed, while operations run: a real child, and what it has started.

BeforeDiscovery {
    $unix = -not $IsWindows
    # Only Linux ends programs when PowerShell is killed.
    $ends = $IsLinux ? @('TERM', 'HUP', 'KILL') : @('TERM', 'HUP')
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Invoke-SamePowerShell.ps1')
    $script:Module = (Get-Module LabRunner).ModuleBase

    # Waits until something is so; an error says what did not come.
    function Wait-Until([string] $What, [scriptblock] $Is) {
        if (-not [System.Threading.SpinWait]::SpinUntil([func[bool]] $Is, 90000)) { throw "It did not come to this: $What" }
    }

    # A zombie has ended; somebody has yet to take note of that.
    function Test-Alive([int] $Id) {
        $IsLinux ? ((Test-Path "/proc/$Id/stat") -and (Get-Content "/proc/$Id/stat" -ErrorAction Ignore) -notmatch '\) [ZX] ')
            : ($null -ne (Get-Process -Id $Id -ErrorAction Ignore))
    }

    # A PowerShell with a program, a service, a script and an operation in a process of its own, all running.
    function Start-Busy([string] $Folder, [string] $More = '') {
        $text = @'
            $ErrorActionPreference = 'Stop'
            Import-Module '{0}'
            $folder = '{1}'
            try {
                $null = Invoke-ParallelLabRunner -MaxParallelism 4 -RunDirectory "$folder/run" -Operations @(
                    @{ Name = 'service'; Mode = 'Service'; Command = 'sh'; Arguments = '-c', "echo `$`$ > '$folder/service.new'; mv '$folder/service.new' '$folder/service'; exec sleep 600"; Ready = @{ Tcp = '127.0.0.1:1'; Timeout = '10m' } }
                    @{ Name = 'program'; Command = 'sh'; Arguments = '-c', "echo `$`$ > '$folder/program.new'; mv '$folder/program.new' '$folder/program'; exec sleep 600" {2} }
                    @{ Name = 'script'; Parameters = @{ Folder = $folder }; ScriptBlock = { param($Folder)
                        try { Set-Content "$Folder/script" $PID; Start-Sleep -Seconds 600 } finally { Set-Content "$Folder/script-finally" done } } }
                    @{ Name = 'apart'; Isolation = 'Process'; Parameters = @{ Folder = $folder }; ScriptBlock = { param($Folder)
                        try { Set-Content "$Folder/apart.new" $PID; Move-Item "$Folder/apart.new" "$Folder/apart"; Start-Sleep -Seconds 600 } finally { Set-Content "$Folder/apart-finally" done } } }
                )
                Set-Content "$folder/went-on" yes
            } finally { foreach ($step in 1..20) { Set-Content "$folder/caller-finally-$step" done } }
            Set-Content "$folder/went-on" yes
'@
        $file = Join-Path $Folder 'busy.ps1'
        Set-Content $file ($text.Replace('{0}', $script:Module).Replace('{1}', $Folder).Replace('{2}', $More))
        $process = Start-SamePowerShell '-File', $file
        Wait-Until 'all four are running' { $process.HasExited -or @('service', 'program', 'script', 'apart').Where{ Test-Path "$Folder/$_" }.Count -eq 4 }
        if ($process.HasExited) { throw "PowerShell ended with $($process.ExitCode)" }
        $process
    }

    function Get-Started([string] $Folder) { 'service', 'program', 'apart' | ForEach-Object { [int] (Get-Content "$Folder/$_") } }

    function Send-Signal([string] $Name, [int] $Id) { & /bin/kill "-$Name" $Id }

    # A test that fails leaves nothing behind either.
    function Stop-Left([System.Diagnostics.Process] $Process, [int[]] $Started) {
        if (-not $Process.HasExited) { $Process.Kill($true) }
        foreach ($id in $Started) { if (Test-Alive $id) { Send-Signal KILL $id } }
    }
}

Describe 'PowerShell that is asked to end' -Skip:(-not $unix) {
    It '<Signal> ends runs as Ctrl-C does, and the exit code is <Code>' -ForEach @{ Signal = 'TERM'; Code = 143 }, @{ Signal = 'HUP'; Code = 129 } {
        $folder = Join-Path $TestDrive $Signal
        $null = New-Item -ItemType Directory $folder
        $process = Start-Busy $folder
        $started = Get-Started $folder
        try {
            Send-Signal $Signal $process.Id
            $process.WaitForExit(90000) | Should -BeTrue
            $process.ExitCode | Should -Be $Code
            foreach ($id in $started) { Test-Alive $id | Should -BeFalse -Because "nothing is left alive ($id)" }
            "$folder/script-finally" | Should -Exist
            "$folder/went-on" | Should -Not -Exist -Because 'the calling script has ended'
            (Get-Content "$folder/run/result.json" -Raw | ConvertFrom-Json).status | Should -Be 'Canceled'
        } finally {
            Stop-Left $process $started
        }
    }

    It 'a signal is left to PowerShell when nothing runs' {
        $code = "Import-Module '$script:Module'; `$null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } }; /bin/kill -TERM `$PID; Start-Sleep -Seconds 60"
        $process = Start-SamePowerShell '-Command', $code
        try {
            $process.WaitForExit(90000) | Should -BeTrue
            $process.ExitCode | Should -Be 143
        } finally {
            if (-not $process.HasExited) { $process.Kill($true) }
        }
    }
}

Describe 'finally blocks' -Skip:(-not $unix) {
    It 'run to their end: of the session, and of an operation in a process of its own, when <_> comes' -Tag 'NeedsEngineMember:Runspace.GetCurrentlyRunningPipeline()' -ForEach $ends {
        $folder = Join-Path $TestDrive "finally-$_"
        $null = New-Item -ItemType Directory $folder
        $process = Start-Busy $folder
        $started = Get-Started $folder
        try {
            Send-Signal $_ $process.Id
            $process.WaitForExit(90000) | Should -BeTrue
            foreach ($id in $started) { Wait-Until "process $id has ended" { -not (Test-Alive $id) } }
            "$folder/apart-finally" | Should -Exist
            # A process that is killed runs none of its own.
            @(Get-ChildItem $folder -Filter 'caller-finally-*') | Should -HaveCount ($_ -eq 'KILL' ? 0 : 20)
        } finally {
            Stop-Left $process $started
        }
    }
}

Describe 'PowerShell that is killed' -Skip:(-not $IsLinux) {
    It 'leaves no program, service or PowerShell of its own behind' {
        $folder = Join-Path $TestDrive 'killed'
        $null = New-Item -ItemType Directory $folder
        $process = Start-Busy $folder
        $started = Get-Started $folder
        try {
            Send-Signal KILL $process.Id
            $process.WaitForExit(90000) | Should -BeTrue
            foreach ($id in $started) { Wait-Until "process $id has ended" { -not (Test-Alive $id) } }
        } finally {
            Stop-Left $process $started
        }
    }

    It 'is found by the next runs, with the command that ends what it has left, as long as that lives' {
        $folder = Join-Path $TestDrive 'escaped'
        $null = New-Item -ItemType Directory $folder
        # What leaves the session of its program and hears no SIGTERM survives the death of PowerShell.
        $survivor = "trap '' TERM; echo `$`$ > '$folder/pid.new'; mv '$folder/pid.new' '$folder/pid'; exec sleep 600"
        Set-Content "$folder/escapes.yaml" (@{ name = 'escapes'; operations = @(
                    @{ name = 'web'; provider = 'process'; command = 'sh'; arguments = @('-c', "setsid sh -c `"`$0`" & exec sleep 600", $survivor) }
                ) } | ConvertTo-Json -Depth 9)
        # A run that is over sooner than what was left is found does not wait for that for long.
        Set-Content "$folder/next.yaml" "name: next`noperations:`n- { name: a, script: 'while (-not (Test-Path -LiteralPath ''$folder/go'')) { Start-Sleep -Milliseconds 20 }' }"
        $code = "`$env:LABRUNNER_HOME = '$folder'; Import-Module '$script:Module'; Start-AdvancedLabOrchestration '$folder/escapes.yaml'"
        $process = Start-SamePowerShell '-Command', $code
        $before, $env:LABRUNNER_HOME = $env:LABRUNNER_HOME, $folder
        try {
            Wait-Until 'the survivor is there' { $process.HasExited -or (Test-Path "$folder/pid") }
            [int] $id = Get-Content "$folder/pid"
            Send-Signal KILL $process.Id
            $process.WaitForExit(90000) | Should -BeTrue
            foreach ($time in 1..2) {
                Remove-Item -Path "$folder/go" -ErrorAction Ignore
                $job = Start-AdvancedLabOrchestration "$folder/next.yaml" -AsJob
                Wait-Until 'the warning is there' { $job.State -notin 'NotStarted', 'Running' -or $job.Warning -or $job.ChildJobs.Warning }
                Set-Content "$folder/go" ''
                $null = $job | Receive-Job -Wait -AutoRemoveJob -WarningVariable warning -WarningAction SilentlyContinue
                "$warning" -match "End it with '(?<command>[^']+)'\.$" | Should -BeTrue -Because "$warning"
                "$warning" | Should -Match "^Process $id \(sleep\) of operation 'web' in run 'escapes' \([-0-9a-f]+\) is still alive, although the PowerShell of that run has died"
            }
            Invoke-Expression $Matches.command
            Wait-Until "process $id has ended" { -not (Test-Alive $id) }
            $null = Start-AdvancedLabOrchestration "$folder/next.yaml" -WarningVariable warning
            "$warning" | Should -BeNullOrEmpty
        } finally {
            $env:LABRUNNER_HOME = $before
            Stop-Left $process $id
        }
    }

    It 'leaves what is detached alone' {
        $folder = Join-Path $TestDrive 'detached'
        $null = New-Item -ItemType Directory $folder
        $process = Start-Busy $folder -More '; Detached = $true'
        $service, $program, $apart = Get-Started $folder
        try {
            Send-Signal KILL $process.Id
            $process.WaitForExit(90000) | Should -BeTrue
            foreach ($id in $service, $apart) { Wait-Until "process $id has ended" { -not (Test-Alive $id) } }
            Test-Alive $program | Should -BeTrue
        } finally {
            Stop-Left $process $service, $program, $apart
        }
    }
}
