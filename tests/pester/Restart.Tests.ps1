# Runs that wait for a restart of the machine and go on after it. No machine is restarted here: a record is made one of an earlier time
# since the machine was switched on.

BeforeAll {
    . (Join-Path -Path $PSScriptRoot -ChildPath 'Invoke-SamePowerShell.ps1')
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path -Path $TestDrive -ChildPath 'home'
    $script:module = (Get-Module LabRunner).Path

    # A lab of three, the second of which asks; each leaves a line when it runs.
    function New-Lab([string] $Name, [string] $Asks = 'Request-LabRestart ''A new name.''', [string] $Settings = '') {
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath $Name)
        Set-Content -LiteralPath "$folder/lab.yaml" -Value @"
name: $Name
$Settings
operations:
  - { name: image, script: "Add-Content -LiteralPath '$folder/ran' -Value image" }
  - name: rename
    dependencies: [image]
    script: |
      Add-Content -LiteralPath '$folder/ran' -Value rename
      $Asks
  - { name: join, dependencies: [rename], script: "Add-Content -LiteralPath '$folder/ran' -Value join; (Get-Location).Path" }
"@
        "$folder"
    }

    function Get-Ran([string] $Folder) { @(Get-Content -LiteralPath "$Folder/ran" -ErrorAction Ignore) }
    function Start-Lab([string] $Folder) { Start-AdvancedLabOrchestration -ConfigurationPath "$Folder/lab.yaml" -WarningAction SilentlyContinue -ErrorAction SilentlyContinue }

    # As if the machine had been restarted since.
    function Set-Restarted([string] $Directory) {
        $file = Join-Path -Path $Directory -ChildPath run.json
        $header = Get-Content -LiteralPath $file -Raw | ConvertFrom-Json -DateKind String
        $header.boot = 'an earlier one'
        $header | ConvertTo-Json -Depth 20 | Set-Content -LiteralPath $file
    }

    # The words of a line of a unit, by the rules of systemd.syntax and systemd.service.
    function Split-UnitLine([string] $Line, [switch] $Variables) {
        $words = [System.Collections.Generic.List[string]]::new()
        foreach ($match in [regex]::Matches($Line, '"(?:[^"\\]|\\.)*"|\S+')) {
            $word = $match.Value
            if ($word.StartsWith('"')) { $word = [regex]::Replace($word[1..($word.Length - 2)] -join '', '\\(.)', '$1') }
            $word = $word.Replace('%%', '%')
            if ($Variables -and $words.Count) { $word = $word.Replace('$$', '$') }
            $words.Add($word)
        }
        , $words.ToArray()
    }
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'A run whose operation asks for a restart' {
    It 'is parked, says so, and goes on after the restart where it stopped' {
        $folder = New-Lab 'named'
        $first = Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -WarningVariable warnings -WarningAction SilentlyContinue
        $first.Status | Should -Be 'Parked'
        $first.Success | Should -BeFalse
        $first.Results.Status | Should -Be @('Succeeded', 'Succeeded', 'Skipped')
        $first.Results[2].SkippedBecause.Kind | Should -Be 'run-parked'
        $warnings[0] | Should -BeLike "'rename' asks for a restart of this machine: A new name. Nothing more*"
        $warnings[1] | Should -Be "Run 'named' is parked after 2 of 3 operations. Restart this machine, then: Resume-LabRun -Pending."
        $first.Recommendations | Should -Be 'Restart this machine, then: Resume-LabRun -Pending.'
        (Get-LabRun -Status Parked -Last 1).Id | Should -Be $first.RunId

        $fault = { Resume-LabRun -Id $first.RunId -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.NotRestarted,Resume-LabRun' -PassThru
        "$fault" | Should -BeLike "Run 'named' ($($first.RunId)) waits for a restart that 'rename' asked for (A new name.), and this machine has not been restarted since*"
        Resume-LabRun -Pending -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warnings" | Should -BeLike "*'named'*has not been restarted since*"

        Set-Restarted $first.RunDirectory
        $second = Resume-LabRun -Pending 6> $null
        $second.Status | Should -Be 'Succeeded'
        $second.Results[0].KeptFrom | Should -Be $first.RunId
        Get-Ran $folder | Should -Be @('image', 'rename', 'join')
        Resume-LabRun -Pending 6> $null | Should -BeNullOrEmpty -Because 'each is resumed once'
    }

    It 'goes on from where its caller stood, and leaves the caller of -Pending where that stands' {
        $folder = New-Lab 'placed'
        $null = New-Item -ItemType Directory -Path "$folder/[odd] place"
        Push-Location -LiteralPath "$folder/[odd] place"
        try { $first = Start-Lab $folder } finally { Pop-Location }
        Set-Restarted $first.RunDirectory
        $here = (Get-Location).Path
        $second = Resume-LabRun -Pending 6> $null
        $second.Results[2].Output | Should -Be (Convert-Path -LiteralPath "$folder/[odd] place")
        (Get-Location).Path | Should -Be $here
    }

    It 'runs the operation again with -Rerun' {
        $folder = New-Lab 'again' "if ((Get-Content '$TestDrive/again/ran').Count -lt 3) { Request-LabRestart -Rerun }"
        $first = Start-Lab $folder
        $first.Status | Should -Be 'Parked'
        Set-Restarted $first.RunDirectory
        (Resume-LabRun -Id $first.RunId 6> $null).Status | Should -Be 'Succeeded'
        Get-Ran $folder | Should -Be @('image', 'rename', 'rename', 'join')
    }

    It 'has no second restart in a row without progress' {
        $folder = New-Lab 'loops' 'Request-LabRestart -Rerun'
        $first = Start-Lab $folder
        Set-Restarted $first.RunDirectory
        $second = Resume-LabRun -Pending -ErrorAction SilentlyContinue 6> $null
        $second.Status | Should -Be 'Failed'
        $second.Results[1].ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LabRunner.RestartWithoutProgress*'
        $second.Results[1].ErrorRecord.InvocationInfo.Line | Should -BeLike '*Request-LabRestart -Rerun*'
    }

    It 'fails where no restart is left, and -MaxRestarts allows more' {
        $folder = New-Lab 'none' -Settings 'settings: { max-restarts: 0 }'
        $first = Start-Lab $folder
        $first.Status | Should -Be 'Failed'
        $first.Results[1].ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LabRunner.RestartLimit*'
        $second = Resume-LabRun -Id $first.RunId -MaxRestarts 1 -WarningAction SilentlyContinue 6> $null
        $second.Status | Should -Be 'Parked'
        Get-LabRun -Id $second.RunId | Remove-LabRun
    }

    It 'is parked by an operation with the isolation <_>' -ForEach 'Shared', 'Runspace', 'Process' {
        $operations = @(
            @{ Name = 'rename'; ScriptBlock = { Request-LabRestart 'because'; 'done' } }
            @{ Name = 'join'; DependsOn = 'rename'; ScriptBlock = { 'joined' } }
        )
        $results = Invoke-ParallelLabRunner -Operations $operations -Isolation $_ -RunName "isolated$_" -WarningVariable warnings -WarningAction SilentlyContinue
        $results.Status | Should -Be @('Succeeded', 'Skipped')
        $results[0].Output | Should -Be 'done'
        $warnings[0] | Should -BeLike "'rename' asks for a restart of this machine: because.*"
        $run = Get-LabRun -Name "isolated$_"
        $run.Status | Should -Be 'Parked'

        # What came from no file is given again.
        $warnings[1] | Should -BeLike "*Resume-LabRun -Id $($run.Id.Substring(0, 8)) -Operations `$operations."
        Set-Restarted $run.Directory
        Resume-LabRun -Pending -ErrorVariable faults -ErrorAction SilentlyContinue 6> $null | Should -BeNullOrEmpty
        "$($faults[0].FullyQualifiedErrorId)" | Should -BeLike 'LabRunner.OperationsNeeded*'
        (Resume-LabRun -Pending -Operations $operations 6> $null).Results.Status | Should -Be @('Succeeded', 'Succeeded')
    }

    It 'is parked by the exit code of a program' -Skip:$IsWindows {
        $results = Invoke-ParallelLabRunner -WarningVariable warnings -WarningAction SilentlyContinue -Operations @(
            @{ Name = 'setup'; Command = 'sh'; Arguments = '-c', 'exit 194'; RestartCodes = 194, 195 }
            @{ Name = 'next'; DependsOn = 'setup'; ScriptBlock = { 1 } }
        )
        $results.Status | Should -Be @('Succeeded', 'Skipped')
        $results[0].ExitCode | Should -Be 194
        $warnings[0] | Should -BeLike "'setup' asks for a restart of this machine: Program 'sh' ended with exit code 194, which asks for a restart.*"
    }

    It 'hides secrets in the reason, with the isolation <_>' -ForEach 'Shared', 'Process' {
        $secret = "hunter2-$_-$([guid]::NewGuid())"
        $store = New-Item -ItemType Directory -Path "$TestDrive/$_/SecureCredentials"
        Set-Content -LiteralPath "$store/SecureCredentials.psm1" -Value "function Get-SecureCredential { param([string] `$CredentialName) '$secret' }"
        Import-Module "$store/SecureCredentials.psm1"
        try {
            $results = Invoke-ParallelLabRunner -RunName "hides$_" -Isolation $_ -WarningVariable warnings -WarningAction SilentlyContinue -Operations @{
                Name = 'rename'; ScriptBlock = { param($Password) Request-LabRestart "with $Password" }; Parameters = @{ Password = 'secret://password' }
            }
        } finally {
            Remove-Module -Name SecureCredentials
        }
        $results.Status | Should -Be 'Succeeded'
        $warnings[0] | Should -BeLike "'rename' asks for a restart of this machine: with *"
        "$warnings" | Should -Not -BeLike "*$secret*"
        Get-ChildItem -LiteralPath (Get-LabRun -Name "hides$_").Directory -Recurse -File | Select-String -SimpleMatch $secret -List | Should -BeNullOrEmpty
    }

    It 'ends the calling script with -ThrowOnFailure, and says why' {
        $folder = New-Lab 'thrown'
        $fault = { Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -ThrowOnFailure -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId 'LabRunner.RunParked,Start-AdvancedLabOrchestration' -PassThru
        $fault.TargetObject.Status | Should -Be @('Succeeded', 'Succeeded', 'Skipped')
    }

    It 'has the status Parked for Start-LabAutomation' {
        $folder = New-Lab 'automated'
        $result = Start-LabAutomation -ConfigPath "$folder/lab.yaml" -WarningAction SilentlyContinue
        $result.Status, $result.Success | Should -Be @('Parked', $false)
        $result.Message | Should -Be "'automated' is parked after 2 of 3 operations, until this machine has been restarted."
        $result = Start-LabAutomation -LabName both -Parallel -WarningAction SilentlyContinue -Configuration @{
            Operations = @{ Name = 'a'; ScriptBlock = { Request-LabRestart } }, @{ Name = 'b'; DependsOn = 'a'; ScriptBlock = { 1 } }
        }
        $result.Status | Should -Be 'Parked'
    }
}

Describe 'Request-LabRestart' {
    It 'is an error outside an operation' {
        { Request-LabRestart -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.NotInOperation,Request-LabRestart'
    }
}

Describe 'Resume-LabRun -Pending' {
    It 'goes on with one run when another cannot' {
        $good, $bad = (New-Lab 'well'), (New-Lab 'gone')
        $runs = (Start-Lab $bad), (Start-Lab $good)
        $runs.RunDirectory | ForEach-Object { Set-Restarted $_ }
        Remove-Item -LiteralPath "$bad/lab.yaml"
        $report = Resume-LabRun -Pending -ErrorVariable faults -ErrorAction SilentlyContinue 6> $null
        $report.Name | Should -Contain 'well'
        "$($faults.FullyQualifiedErrorId)" | Should -BeLike '*LabRunner.FileUnreadable*'
        Get-LabRun -Id $runs[0].RunId | Remove-LabRun
    }

    It 'says what it would do with -WhatIf' {
        $first = Start-Lab (New-Lab 'asked')
        Set-Restarted $first.RunDirectory
        (Resume-LabRun -Pending -WhatIf).Action | Should -Be @('Keep', 'Keep', 'Rerun')
        $null = Resume-LabRun -Pending 6> $null
    }

    It 'refuses a run that is named beside it' {
        { Resume-LabRun -Pending -Name well -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
    }
}

Describe 'Register-LabRunResume' {
    It 'writes a unit that does in another process what Resume-LabRun -Pending does here' -Skip:(-not $IsLinux) {
        # The module and the runs in folders whose names need care.
        $odd = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'it''s 100%h $HOME "q" \x')
        Copy-Item -LiteralPath (Split-Path -Path $module) -Destination "$odd/LabRunner" -Recurse
        $folder = New-Lab 'unattended'
        $image = New-Item -ItemType Directory -Path "$TestDrive/image"
        $script = @"
`$env:LABRUNNER_HOME = @'
$odd/home
'@
Import-Module (Join-Path @'
$odd
'@ LabRunner LabRunner.psd1)
(Start-AdvancedLabOrchestration -ConfigurationPath '$folder/lab.yaml' -WarningAction SilentlyContinue).RunDirectory
Register-LabRunResume -Root '$image' 6> `$null
"@
        Set-Content -LiteralPath "$folder/start.ps1" -Value $script
        $directory = Invoke-SamePowerShell -File "$folder/start.ps1"
        Set-Restarted $directory
        $unit = "$image/etc/systemd/system/labrunner-resume.service"
        (Get-Item -LiteralPath "$image/etc/systemd/system/multi-user.target.wants/labrunner-resume.service").LinkTarget | Should -Be '../labrunner-resume.service'
        if (Get-Command systemd-analyze -ErrorAction Ignore) { systemd-analyze verify $unit 2>&1 | Should -BeNullOrEmpty }

        $lines = Get-Content -LiteralPath $unit
        $start = [System.Diagnostics.ProcessStartInfo]@{ RedirectStandardOutput = $true; RedirectStandardError = $true }
        $start.Environment.Remove('LABRUNNER_HOME') | Out-Null
        foreach ($line in $lines -like 'Environment=*') {
            $name, $value = (Split-UnitLine $line.Substring(12))[0] -split '=', 2
            $start.Environment[$name] = $value
        }
        $words = Split-UnitLine ($lines -like 'ExecStart=*')[0].Substring(10) -Variables
        $start.FileName = $words[0]
        $words[1..($words.Count - 1)] | ForEach-Object { $start.ArgumentList.Add($_) }
        $process = [System.Diagnostics.Process]::Start($start)
        $said = $process.StandardError.ReadToEndAsync()
        $process.StandardOutput.ReadToEnd() | Should -Match 'Succeeded'
        $process.WaitForExit()
        $said.Result | Should -BeNullOrEmpty
        Get-Ran $folder | Should -Be @('image', 'rename', 'join')
    }

    It 'writes any path so that systemd reads the same' -Skip:(-not $IsLinux) {
        $letters = ' ', '%', '$', '"', "'", '\', '%h', '${A}', '$$', '#', ';', '=', 'ü', '日', 'a', '.', '-'
        $random = [System.Random]::new(7)
        $variable = (Get-LabRunnerConfiguration).Settings.Where({ $_.Name -eq 'LogPath' }).EnvironmentVariable
        try {
            foreach ($number in 1..60) {
                $name = -join (1..$random.Next(1, 12) | ForEach-Object { $letters[$random.Next($letters.Count)] })
                $path = "$TestDrive/r/$number$name"
                Set-Item -LiteralPath "env:$variable" -Value $path
                $image = "$TestDrive/images/$number"
                Register-LabRunResume -Root $image 6> $null
                $unit = Get-Content -LiteralPath "$image/etc/systemd/system/labrunner-resume.service"
                $line = ($unit -like "Environment=*$variable*")[0].Substring(12)
                (Split-UnitLine $line)[0] | Should -BeExactly "$variable=$([System.IO.Path]::GetFullPath($path))"
                Unregister-LabRunResume -Root $image
                Get-ChildItem -LiteralPath $image -Recurse -File | Should -BeNullOrEmpty
            }
        } finally {
            Remove-Item -LiteralPath "env:$variable"
        }
    }

    It 'refuses a folder that no line of a unit can have' -Skip:(-not $IsLinux) {
        $env:LABRUNNER_HOME = "$TestDrive/a`nb"
        try {
            { Register-LabRunResume -Root "$TestDrive/image" -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.ResumeUnavailable*'
        } finally {
            $env:LABRUNNER_HOME = Join-Path -Path $TestDrive -ChildPath 'home'
        }
    }

    It 'writes nothing with -WhatIf' -Skip:(-not $IsLinux) {
        Register-LabRunResume -Root "$TestDrive/dry" -WhatIf
        "$TestDrive/dry" | Should -Not -Exist
    }

    It 'stops a lab that is to go on by itself before its first operation, where that cannot be registered' -Skip:(-not $IsLinux -or (Test-Path /run/systemd/system)) {
        $folder = New-Lab 'early' -Settings 'settings: { resume-after-restart: true }'
        { Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.ResumeUnavailable*'
        Get-Ran $folder | Should -BeNullOrEmpty
    }
}
