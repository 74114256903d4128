# Runs that are resumed and undone: by Resume-LabRun and Undo-LabRun, from lab files and from objects, in this process and after a kill.

BeforeAll {
    . (Join-Path -Path $PSScriptRoot -ChildPath 'Invoke-SamePowerShell.ps1')
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path -Path $TestDrive -ChildPath 'home'
    $script:module = (Get-Module LabRunner).Path

    # A lab of three, the second of which needs a file; each leaves a line when it runs.
    function New-Lab([string] $Name, [string] $Add = '') {
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath $Name)
        Set-Content -LiteralPath "$folder/lab.yaml" -Value @"
name: $Name
operations:
  - name: image
    script: Add-Content -LiteralPath '$folder/ran' -Value image
    rollback: Add-Content -LiteralPath '$folder/undone' -Value image
  - name: disk
    dependencies: [image]
    script: |
      Add-Content -LiteralPath '$folder/ran' -Value disk
      if (-not (Test-Path -LiteralPath '$folder/ready')) { throw 'no room' }
    rollback: Add-Content -LiteralPath '$folder/undone' -Value disk
  - name: server
    dependencies: [disk]
    script: Add-Content -LiteralPath '$folder/ran' -Value server
$Add
"@
        "$folder"
    }

    function Get-Ran([string] $Folder) { @(Get-Content -LiteralPath "$Folder/ran" -ErrorAction Ignore) }
    function Start-Lab([string] $Folder) { Start-AdvancedLabOrchestration -ConfigurationPath "$Folder/lab.yaml" -ErrorAction SilentlyContinue }
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'Resume-LabRun' {
    It 'keeps what succeeded, runs the rest, and says both' {
        $folder = New-Lab 'kept'
        $first = Start-Lab $folder
        $first.Status | Should -Be 'Failed'
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $report = Resume-LabRun -Id $first.RunId -InformationVariable said 6> $null
        $report.Status | Should -Be 'Succeeded'
        $report.Results.Status | Should -Be @('Succeeded', 'Succeeded', 'Succeeded')
        $report.Results.KeptFrom | Should -Be @($first.RunId, $null, $null)
        $report.RunId | Should -Not -Be $first.RunId
        Get-Ran $folder | Should -Be @('image', 'disk', 'disk', 'server')
        "$($said[0])" | Should -BeLike "Resuming run 'kept' ($($first.RunId)) of *: 1 kept, 2 to run."
        "$said" | Should -BeLike '*Rerun*disk*It failed.*Rerun*server*It was not started.*'
        "$said" | Should -Not -BeLike '*image*'
    }

    It 'says as much as -Verbosity, -LogLevel and -NonInteractive want, and so does Undo-LabRun' {
        $folder = New-Lab 'talks' '  - { name: talks, dependencies: [server], script: "Write-Verbose more; Write-Warning less; \"progress $ProgressPreference, confirm $ConfirmPreference\"", rollback: "Write-Verbose gone; Write-Warning away" }'
        $first = Start-Lab $folder
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $said = Resume-LabRun -Id $first.RunId -Force -Verbosity detailed -NonInteractive *>&1
        $report = $said | Where-Object { $_.PSObject.Properties['Results'] }
        "$said" | Should -BeLike '*`[talks`] more*`[talks`] less*'
        ($report.Results | Where-Object Name -EQ talks).Output | Should -Be 'progress SilentlyContinue, confirm None'
        $said = Undo-LabRun -Id $report.RunId -Verbosity detailed -ShowProgress -NonInteractive *>&1
        "$said" | Should -BeLike '*gone*away*'
        "$said" | Should -BeLike '*`[4/4`] talks (rollback): started*'
        $again = Start-Lab $folder
        "$(Undo-LabRun -Id $again.RunId -LogLevel ERROR *>&1)" | Should -Not -BeLike '*away*'
        { Undo-LabRun -Id $report.RunId -LogLevel loud } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }

    It 'shows with -WhatIf what would be done, as objects, and starts nothing' {
        $folder = New-Lab 'whatif'
        $first = Start-Lab $folder
        $steps = Resume-LabRun -Name whatif -WhatIf
        $steps.Name | Should -Be @('image', 'disk', 'server')
        $steps.Action | Should -Be @('Keep', 'Rerun', 'Rerun')
        $steps.Status | Should -Be @('Succeeded', 'Failed', 'Skipped')
        ($steps | Out-String) | Should -BeLike '*Name*Action*Status*Reason*image*Keep*'
        Get-Ran $folder | Should -Be @('image', 'disk')
        (Get-LabStatus -LabName whatif -IncludeHistory).History | Should -HaveCount 1
        $first | Should -Not -BeNullOrEmpty
    }

    It 'takes a report from the pipeline, and the last run when nothing is given' {
        $folder = New-Lab 'piped'
        $second = Start-Lab $folder | Resume-LabRun -ErrorAction SilentlyContinue 6> $null
        $second.Status | Should -Be 'Failed'
        Set-Content -LiteralPath "$folder/ready" -Value 1
        (Resume-LabRun 6> $null).Status | Should -Be 'Succeeded'
        Get-Ran $folder | Should -Be @('image', 'disk', 'disk', 'disk', 'server')
    }

    It 'runs again what has changed since, unless -KeepChanged says otherwise' {
        $folder = New-Lab 'changed'
        $first = Start-Lab $folder
        $file = "$folder/lab.yaml"
        (Get-Content -LiteralPath $file -Raw).Replace('-Value image', '-Value other') | Set-Content -LiteralPath $file
        (Resume-LabRun -Id $first.RunId -WhatIf)[0].Reason | Should -Be 'It succeeded, but what it does has changed since.'
        (Resume-LabRun -Id $first.RunId -KeepChanged -WhatIf)[0].Action | Should -Be 'Keep'
        (Resume-LabRun -Id $first.RunId -ErrorAction SilentlyContinue 6> $null).Status | Should -Be 'Failed'
        Get-Ran $folder | Should -Be @('image', 'disk', 'other', 'disk')
    }

    It 'keeps operations whose scripts have only moved in their file' {
        $folder = New-Lab 'moved'
        $null = Start-Lab $folder
        Set-Content -LiteralPath "$folder/ready" -Value 1
        Set-Content -LiteralPath "$folder/lab.yaml" -Value ("# a comment moves every line`n" + (Get-Content -LiteralPath "$folder/lab.yaml" -Raw))
        (Resume-LabRun -Name moved 6> $null).Status | Should -Be 'Succeeded'
        Get-Ran $folder | Should -Be @('image', 'disk', 'disk', 'server')
    }

    It 'says what the lab has that is new, and what it has not any more' {
        $folder = New-Lab 'edited'
        $null = Start-Lab $folder
        $file = "$folder/lab.yaml"
        (Get-Content -LiteralPath $file -Raw).Replace('name: server', 'name: cluster') | Set-Content -LiteralPath $file
        $steps = Resume-LabRun -Name edited -WhatIf
        $steps.Name | Should -Be @('image', 'disk', 'cluster', 'server')
        $steps.Action | Should -Be @('Keep', 'Rerun', 'Rerun', 'Removed')
        $steps[2].Reason | Should -Be 'It is new.'
    }

    It 'takes the selection and the environment that the run was started with' {
        $folder = New-Lab 'selected' "environments:`n  test:`n    settings: { max-concurrency: 1 }"
        $first = Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -Target disk -Environment test -ErrorAction SilentlyContinue
        $steps = Resume-LabRun -Id $first.RunId -WhatIf
        $steps.Name | Should -Be @('image', 'disk')
        Set-Content -LiteralPath "$folder/ready" -Value 1
        (Resume-LabRun -Id $first.RunId 6> $null).Results.Name | Should -Be @('image', 'disk')
    }

    It 'runs in the background as a job' {
        $folder = New-Lab 'job'
        $first = Start-Lab $folder
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $job = Resume-LabRun -Id $first.RunId -AsJob 6> $null
        $report = $job | Wait-Job | Receive-Job
        $report.Status | Should -Be 'Succeeded'
        $job.ChildJobs.State | Should -Be @('Completed', 'Completed', 'Completed')
        $job | Remove-Job
    }

    It 'resumes a run of objects by their names, and asks for them' {
        $ran = Join-Path -Path $TestDrive -ChildPath 'objects.txt'
        $directory = Join-Path -Path $TestDrive -ChildPath 'objects'
        $operations = @(
            @{ Name = 'a'; ScriptBlock = { param($Ran) Add-Content -LiteralPath $Ran -Value a }; Parameters = @{ Ran = $ran } }
            @{ Name = 'b'; ScriptBlock = { param($Ran, $Ready) Add-Content -LiteralPath $Ran -Value b; if (-not (Test-Path -LiteralPath $Ready)) { throw 'no' } }; Parameters = @{ Ran = $ran; Ready = "$ran.ready" }; Dependencies = 'a' }
        )
        $null = Invoke-ParallelLabRunner -Operations $operations -RunDirectory $directory -ErrorAction SilentlyContinue
        $fault = { Resume-LabRun -Path $directory -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.OperationsNeeded*' -PassThru
        $fault.ErrorDetails.RecommendedAction | Should -BeLike '*Resume-LabRun -Id * -Operations $operations.'
        Set-Content -LiteralPath "$ran.ready" -Value 1
        $report = Resume-LabRun -Path $directory -Operations $operations 6> $null
        $report.Status | Should -Be 'Succeeded'
        Get-Content -LiteralPath $ran | Should -Be @('a', 'b', 'b')
        # Other values are another operation.
        $operations[0].Parameters = @{ Ran = "$ran.other" }
        (Resume-LabRun -Path $directory -Operations $operations -Force -WhatIf)[0].Reason | Should -Be "It succeeded, but the values it gets have changed since."
        Get-ChildItem -LiteralPath $directory -Recurse -File | Select-String -SimpleMatch $ran -List | Should -BeNullOrEmpty -Because 'values are never written'
    }

    It 'refuses <Case> with <Id>' -ForEach @(
        @{ Case = 'an id that is a path'; Id = 'InvalidRunId'; Arguments = @{ Id = '../../etc' } }
        @{ Case = 'an id that no run has'; Id = 'UnknownRun'; Arguments = @{ Id = 'ffffffff-ffff' } }
        @{ Case = 'a name that no run has'; Id = 'UnknownRun'; Arguments = @{ Name = 'never run' } }
        @{ Case = 'a folder that has no run'; Id = 'UnknownRun'; Arguments = @{ Path = '.' } }
    ) {
        { Resume-LabRun @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "LabRunner.$Id,Resume-LabRun"
        { Undo-LabRun @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "LabRunner.$Id,Undo-LabRun"
    }

    It 'refuses a run that has succeeded, and resumes it all the same with -Force' {
        $folder = New-Lab 'green'
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $first = Start-Lab $folder
        { Resume-LabRun -Id $first.RunId -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.NothingToResume*'
        (Resume-LabRun -Id $first.RunId -Force -WhatIf).Action | Should -Be @('Keep', 'Keep', 'Keep')
    }
}

Describe 'A run whose PowerShell was killed' {
    It 'is resumed where it stopped' -Skip:$IsWindows {
        $folder = New-Lab 'killed' @"
  - name: deadly
    dependencies: [server]
    script: |
      Add-Content -LiteralPath '$TestDrive/killed/ran' -Value deadly
      if (-not (Test-Path -LiteralPath '$TestDrive/killed/calm')) { /bin/kill -KILL `$PID; Start-Sleep -Seconds 60 }
"@
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $null = Invoke-SamePowerShell -Command "Import-Module '$module'; Start-AdvancedLabOrchestration -ConfigurationPath '$folder/lab.yaml'" 2>&1
        (Get-LabStatus -LabName killed).Status | Should -Be 'Unknown'
        $steps = Resume-LabRun -Name killed -WhatIf
        $steps.Action | Should -Be @('Keep', 'Keep', 'Keep', 'Rerun')
        $steps[3].Status | Should -Be 'Interrupted'
        $fault = { Resume-LabRun -Name killed -OnUnknown Stop -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.OutcomeUnknown*' -PassThru
        "$fault" | Should -BeLike "'deadly' was running when the run died*"
        $null = Invoke-SamePowerShell -Command "Import-Module '$module'; Resume-LabRun -Name killed" 2>&1
        $fault = { Resume-LabRun -Name killed -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.CrashLimit*' -PassThru
        "$fault" | Should -BeLike "'deadly' was running in 2 runs in a row that died*"
        Set-Content -LiteralPath "$folder/calm" -Value 1
        (Resume-LabRun -Name killed -Force 6> $null).Status | Should -Be 'Succeeded'
        Get-Ran $folder | Should -Be @('image', 'disk', 'server', 'deadly', 'deadly', 'deadly')
    }
}

Describe 'What is still alive of a run that was killed' -Skip:$IsWindows {
    BeforeAll {
        # A run that is killed while a process lives that has left the session of its program, and hears no SIGTERM.
        function New-Survivor([string] $Name) {
            $folder = (New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath $Name)).FullName
            $survivor = "trap '' TERM; echo `$`$ > '$folder/pid.new'; mv '$folder/pid.new' '$folder/pid'; exec sleep 600"
            $command = "[ ! -e '$folder/calm' ] || exit 0; setsid sh -c `"`$0`" & exec sleep 600"
            Set-Content -LiteralPath "$folder/lab.yaml" -Value (@{ name = $Name; operations = @(
                        @{ name = 'web'; provider = 'process'; command = 'sh'; arguments = @('-c', $command, $survivor) }) } | ConvertTo-Json -Depth 9)
            $process = Start-SamePowerShell '-Command', "Import-Module '$module'; Start-AdvancedLabOrchestration -ConfigurationPath '$folder/lab.yaml'"
            $there = [System.Threading.SpinWait]::SpinUntil([func[bool]] { $process.HasExited -or (Test-Path -LiteralPath "$folder/pid") }, 90000)
            & /bin/kill -KILL $process.Id
            if (-not $there -or -not $process.WaitForExit(90000)) { throw 'It did not come to the survivor' }
            Set-Content -LiteralPath "$folder/calm" -Value 1
            [int] (Get-Content -LiteralPath "$folder/pid")
        }

        function Test-Alive([int] $Id) { ((& ps -o stat= -p $Id) -replace '\s') -notmatch '^(Z.*)?$' }
    }

    AfterEach { if ($id -and (Test-Alive $id)) { & /bin/kill -KILL $id } }

    It 'is named, and nothing is started beside it' {
        $id = New-Survivor 'beside'
        $fault = { Resume-LabRun -Name beside -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.Survivors*' -PassThru
        "$fault" | Should -Be "Process $id of 'web' is still alive, although the run has died."
        $fault.ErrorDetails.RecommendedAction | Should -BeLike "*-OnSurvivor Wait or -OnSurvivor Stop*Stop-Process -Id $id."
        Test-Alive $id | Should -BeTrue
    }

    It 'is ended with -OnSurvivor Stop' {
        $id = New-Survivor 'stopped'
        (Resume-LabRun -Name stopped -OnSurvivor Stop 6> $null).Status | Should -Be 'Succeeded'
        Test-Alive $id | Should -BeFalse
    }

    It 'is waited for with -OnSurvivor Wait' {
        $id = New-Survivor 'waited'
        $process = Start-SamePowerShell '-Command', "Import-Module '$module'; Resume-LabRun -Name waited -OnSurvivor Wait -Verbose *>&1 | Tee-Object '$TestDrive/waited/said'; Set-Content '$TestDrive/waited/over' 1"
        try {
            # It says that it waits, and for what.
            $waits = { $process.HasExited -or "$(Get-Content -LiteralPath "$TestDrive/waited/said" -ErrorAction Ignore)" -like "*$id of 'web'*" }
            [System.Threading.SpinWait]::SpinUntil([func[bool]] $waits, 90000) | Should -BeTrue
            $process.HasExited | Should -BeFalse
            & /bin/kill -KILL $id
            $process.WaitForExit(90000) | Should -BeTrue
            (Get-LabStatus -LabName waited).Status | Should -Be 'Succeeded'
        } finally {
            if (-not $process.HasExited) { $process.Kill($true) }
        }
    }
}

Describe 'Starting a lab whose last run was interrupted' -Skip:$IsWindows {
    It 'is told in verbose messages how to go on from it, once' {
        $folder = New-Lab 'told' @"
  - name: deadly
    dependencies: [server]
    script: if (-not (Test-Path -LiteralPath '$TestDrive/told/calm')) { /bin/kill -KILL `$PID; Start-Sleep -Seconds 60 }
"@
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $null = Invoke-SamePowerShell -Command "Import-Module '$module'; Start-AdvancedLabOrchestration -ConfigurationPath '$folder/lab.yaml'" 2>&1
        $interrupted = Get-LabRun told
        $interrupted.Status | Should -Be 'Interrupted'
        Set-Content -LiteralPath "$folder/calm" -Value 1
        $said = Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        @("$($said -join "`n")" -split "`n" -like "The last run of 'told'*was interrupted*'Resume-LabRun -Id $($interrupted.Id)'*") | Should -HaveCount 1
        $again = Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.yaml" -Verbose 4>&1
        "$again" | Should -Not -BeLike '*was interrupted*' -Because 'the last run has ended'
    }
}

Describe 'Undo-LabRun' {
    It 'undoes what succeeded in reverse, and says what that will be' {
        $folder = New-Lab 'undone'
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $first = Start-Lab $folder
        (Undo-LabRun -Id $first.RunId -WhatIf).Action | Should -Be @('Undo', 'Undo', 'Leave')
        $report = Undo-LabRun -Id $first.RunId 6> $null
        $report.Status | Should -Be 'Undone'
        $report.Summary.Success | Should -BeTrue
        $report.Rollback.Name | Should -Be @('image', 'disk')
        Get-Content -LiteralPath "$folder/undone" | Should -Be @('disk', 'image')
        { Undo-LabRun -Id $report.RunId -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.NothingToResume*'
    }

    It 'leaves what a failed rollback was built on, and does the rest when it is called again' {
        $folder = New-Lab 'partly'
        Set-Content -LiteralPath "$folder/ready" -Value 1
        $null = Start-Lab $folder
        $file = "$folder/lab.yaml"
        $text = Get-Content -LiteralPath $file -Raw
        $text.Replace("rollback: Add-Content -LiteralPath '$folder/undone' -Value disk", "rollback: throw 'busy'") | Set-Content -LiteralPath $file
        $report = Undo-LabRun -Name partly -ErrorAction SilentlyContinue 6> $null
        $report.Status | Should -Be 'PartiallyUndone'
        $report.Rollback.Status | Should -Be @('Skipped', 'Failed')
        "$folder/undone" | Should -Not -Exist
        Set-Content -LiteralPath $file -Value $text
        (Undo-LabRun -Name partly 6> $null).Status | Should -Be 'Undone'
        Get-Content -LiteralPath "$folder/undone" | Should -Be @('disk', 'image')
        { Undo-LabRun -Name partly -ThrowOnFailure -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.NothingToResume*'
    }
}

Describe 'One lab, one run' {
    BeforeAll {
        function New-Gated([string] $Name, [string] $Settings) {
            Set-Content -LiteralPath "$TestDrive/$Name.yaml" -Value "name: $Name`nsettings: { $Settings }`noperations:`n  - { name: gated, script: '`$Gate.Wait()' }"
            "$TestDrive/$Name.yaml"
        }
        $script:open = [System.Threading.ManualResetEventSlim]::new($true)
    }

    It 'refuses a lab with single: true that is under way, and starts it when that has ended, or with -Force' {
        $lab = New-Gated 'single' 'single: true'
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Start-AdvancedLabOrchestration -ConfigurationPath $lab -AsJob -Variables @{ Gate = $gate }
        try {
            $fault = { Start-AdvancedLabOrchestration -ConfigurationPath $lab -Variables @{ Gate = $open } -ErrorAction Stop } |
                Should -Throw -ErrorId 'LabRunner.LabUnderWay*' -PassThru
            "$fault" | Should -BeLike "Lab 'single' is under way already: run * in process $PID."
            (Start-AdvancedLabOrchestration -ConfigurationPath $lab -Variables @{ Gate = $open } -Force).Status | Should -Be 'Succeeded'
        } finally {
            $gate.Set()
            $job | Wait-Job | Remove-Job
        }
        (Start-AdvancedLabOrchestration -ConfigurationPath $lab -Variables @{ Gate = $open }).Status | Should -Be 'Succeeded'
    }

    It 'warns of another run where the lab says nothing' {
        $lab = New-Gated 'several' 'max-concurrency: 2'
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Start-AdvancedLabOrchestration -ConfigurationPath $lab -AsJob -Variables @{ Gate = $gate }
        try {
            $report = Start-AdvancedLabOrchestration -ConfigurationPath $lab -Variables @{ Gate = $open } -WarningVariable warnings -WarningAction SilentlyContinue
            $report.Status | Should -Be 'Succeeded'
            "$warnings" | Should -BeLike "*Lab 'several' is under way already: run * in process $PID.*-Wait*"
        } finally {
            $gate.Set()
            $job | Wait-Job | Remove-Job
        }
    }

    It 'waits with -Wait until the other run has ended' {
        $lab = New-Gated 'waited' 'single: true'
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Start-AdvancedLabOrchestration -ConfigurationPath $lab -AsJob -Variables @{ Gate = $gate }
        $other = [powershell]::Create()
        try {
            $script = 'param($Module, $Lab, $Gate) Import-Module $Module; (Start-AdvancedLabOrchestration -ConfigurationPath $Lab -Variables @{ Gate = $Gate } -Wait).Status'
            $null = $other.AddScript($script).AddArgument($module).AddArgument($lab).AddArgument($open)
            $null = Register-ObjectEvent -InputObject $other.Streams.Information -EventName DataAdded -SourceIdentifier waits
            $running = $other.BeginInvoke()
            Wait-Event -SourceIdentifier waits -Timeout 120 | Should -Not -BeNullOrEmpty -Because 'it says that it waits'
            "$($other.Streams.Information[0])" | Should -BeLike "Waiting: Lab 'waited' is under way already*"
            $gate.Set()
            $other.EndInvoke($running) | Should -Be 'Succeeded'
        } finally {
            $gate.Set()
            Unregister-Event -SourceIdentifier waits
            $other.Dispose()
            $job | Wait-Job | Remove-Job
        }
    }
}
