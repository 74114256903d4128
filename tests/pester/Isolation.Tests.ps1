# What one operation leaves to the next: with the isolation Shared, with a runspace and with a process of its own.

BeforeDiscovery {
    $restored = @(
        @{ What = 'a global variable'; First = '$global:left = 1'; Second = '"$left"'; Expected = '' }
        @{ What = 'a read-only variable'; First = 'Set-Variable -Name left -Value 1 -Scope Global -Option ReadOnly'; Second = '"$left"'; Expected = '' }
        @{ What = 'a read-only variable that the engine was given'; First = '$global:left = 1; [void] $ExecutionContext.SessionState.PSVariable.Set([psvariable]::new("held", 1, "ReadOnly"))'; Second = '"$left$held"'; Expected = '' }
        @{ What = 'a constant, which costs the worker its runspace'; First = 'Set-Variable -Name left -Value 1 -Scope Global -Option Constant'; Second = '"$left"'; Expected = '' }
        @{ What = 'a variable that was removed'; First = 'Remove-Variable -Name VerbosePreference -Scope Global'; Second = '"$VerbosePreference"'; Expected = 'SilentlyContinue' }
        @{ What = 'the options of a variable'; First = 'Set-Variable -Name ErrorView -Option ReadOnly -Scope Global'; Second = '"$((Get-Variable -Name ErrorView -Scope Global).Options)"'; Expected = 'None' }
        @{ What = 'a preference'; First = '$global:ErrorActionPreference = "Stop"'; Second = '"$ErrorActionPreference"'; Expected = 'Continue' }
        @{ What = 'a default parameter value'; First = '$global:PSDefaultParameterValues["a:b"] = 1'; Second = '"$($PSDefaultParameterValues.Count)"'; Expected = '0' }
        @{ What = 'a function'; First = 'function global:Get-Left { 1 }'; Second = '"$(Get-Command -Name Get-Left -ErrorAction Ignore)"'; Expected = '' }
        @{ What = 'a function that was changed'; First = 'Set-Item -Path function:global:prompt -Value { "changed" }'; Second = '"$(${function:prompt} -match "changed")"'; Expected = 'False' }
        @{ What = 'a function that was removed'; First = 'Remove-Item -Path function:prompt'; Second = '"$((Get-Item -Path function:prompt).Name)"'; Expected = 'prompt' }
        @{ What = 'a constant function'; First = 'Set-Item -Path function:global:Get-Left -Value { 1 } -Options Constant'; Second = '"$(Get-Command -Name Get-Left -ErrorAction Ignore)"'; Expected = '' }
        @{ What = 'an alias'; First = 'Set-Alias -Name left -Value Get-Item -Scope Global'; Second = '"$(Get-Alias -Name left -ErrorAction Ignore)"'; Expected = '' }
        @{ What = 'an alias that was changed'; First = 'Set-Alias -Name gci -Value Get-Date -Scope Global -Force'; Second = '"$((Get-Alias -Name gci).Definition)"'; Expected = 'Get-ChildItem' }
        @{ What = 'an alias that was removed'; First = 'Remove-Item -Path alias:gci -Force'; Second = '"$((Get-Alias -Name gci).Definition)"'; Expected = 'Get-ChildItem' }
        @{ What = 'a drive, and a location on it'; First = '$null = New-PSDrive -Name left -PSProvider FileSystem -Root / -Scope Global; Set-Location -Path left:'; Second = '"$(Get-PSDrive -Name left -ErrorAction Ignore)$($pwd.Drive.Name -eq "left")"'; Expected = 'False' }
        @{ What = 'a drive that was removed'; First = 'Remove-PSDrive -Name Temp'; Second = '"$(Get-PSDrive -Name Temp)"'; Expected = 'Temp' }
        @{ What = 'the location'; First = 'Set-Location -Path /'; Second = '"$($pwd.Path -eq $args[0])"'; Expected = 'True' }
        @{ What = 'the list of errors'; First = 'Write-Error -Message left -ErrorAction SilentlyContinue'; Second = '"$($Error.Count)"'; Expected = '0' }
        @{ What = 'strict mode'; First = '. ([scriptblock]::Create("Set-StrictMode -Version Latest")); $ExecutionContext.InvokeCommand.InvokeScript($false, [scriptblock]::Create("Set-StrictMode -Version Latest"), $null, $null)'; Second = '"$($noSuchVariable)"'; Expected = '' }
        @{ What = 'the culture'; First = '[cultureinfo]::CurrentCulture = "fr-FR"'; Second = '"$([cultureinfo]::CurrentCulture.Name -eq "fr-FR")"'; Expected = 'False' }
        @{ What = 'the console encoding'; First = '[Console]::OutputEncoding = [Text.Encoding]::Latin1'; Second = '[Console]::OutputEncoding.WebName'; Expected = 'utf-8' }
        @{ What = 'a subscription to an event'; First = '$null = Register-EngineEvent -SourceIdentifier left -Action { }'; Second = '"$(@(Get-EventSubscriber).Count)$(@(Get-Job).Count)"'; Expected = '00' }
        @{ What = 'a subscription that the engine was given'; First = '$null = [runspace]::DefaultRunspace.Events.SubscribeEvent($null, $null, "left", $null, { }, $true, $false)'; Second = '"$([runspace]::DefaultRunspace.Events.Subscribers.Count)"'; Expected = '0' }
        @{ What = 'an event that nobody has read'; First = '$null = New-Event -SourceIdentifier left'; Second = '"$(@(Get-Event).Count)"'; Expected = '0' }
        @{ What = 'a job'; First = '$null = Start-Job -ScriptBlock { Start-Sleep -Seconds 600 }'; Second = '"$(@(Get-Job).Count)"'; Expected = '0' }
        @{ What = 'the last exit code'; First = '$global:LASTEXITCODE = 9'; Second = '"$LASTEXITCODE"'; Expected = '' }
    )
    # What the engine publishes no way to.
    $byMember = @(
        @{ What = 'the stack of locations'; First = 'Push-Location -Path /; Push-Location -Path /tmp'; Second = '"$((Get-Location -Stack).Count)"'; Expected = '0' }
    )
    $kept = @(
        @{ What = 'a module and its commands'; First = 'New-Module -Name Left -ScriptBlock { function Get-Left { 1 } } | Import-Module -Global'; Second = '"$(Get-Left)"'; Expected = '1' }
        @{ What = 'a type'; First = 'Add-Type -TypeDefinition "public class LeftByAnOperation { }"'; Second = '"$([LeftByAnOperation])"'; Expected = 'LeftByAnOperation' }
        @{ What = 'the environment'; First = '$env:LABRUNNER_LEFT = 1'; Second = '"$env:LABRUNNER_LEFT"'; Expected = '1' }
        @{ What = 'a job that is among the output'; First = 'Start-Job -ScriptBlock { Start-Sleep -Seconds 600 }'; Second = '"$(@(Get-Job).Count)"'; Expected = '0' }
    )
}

Describe 'Isolation' {
    BeforeAll {
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"

        # Both run in one worker, the second after the first.
        function Invoke-Pair([string] $First, [string] $Second, [string] $Isolation = 'Shared') {
            $ErrorActionPreference = 'Continue'
            Invoke-ParallelLabRunner -MaxConcurrency 1 -Isolation $Isolation -WarningAction SilentlyContinue -Operations @(
                @{ Name = 'first'; Script = $First }
                @{ Name = 'second'; Script = $Second.Replace('$args[0]', "'$pwd'"); Dependencies = 'first' }
            )
        }
    }

    AfterAll { $env:LABRUNNER_LEFT = $null }

    It 'Shared undoes <What>' -ForEach $restored {
        $results = Invoke-Pair $First $Second
        "$($results.Error)".Trim() | Should -BeNullOrEmpty
        $results[1].Output | Should -Be $Expected
        $results.WorkerId | Select-Object -Unique | Should -HaveCount 1
    }

    It 'Shared undoes <What>' -Tag 'NeedsEngineMember:SessionState.Internal._workingLocationStack' -ForEach $byMember {
        (Invoke-Pair $First $Second)[1].Output | Should -Be $Expected
    }

    It 'Shared does not undo <What>' -ForEach $kept {
        $results = Invoke-Pair $First $Second
        "$($results.Error)".Trim() | Should -BeNullOrEmpty
        $results[1].Output | Should -Be $Expected
        foreach ($job in @($results[0].Output | Where-Object { $_ -is [System.Management.Automation.Job] })) {
            $job.State | Should -Be 'Running'
            $job.StopJob()
        }
    }

    It 'Shared warns once of a change of the environment, on the operation that made it' {
        $results = Invoke-ParallelLabRunner -MaxConcurrency 1 -WarningAction SilentlyContinue -Operations @(
            @{ Name = 'quiet'; ScriptBlock = { 1 } }
            @{ Name = 'loud'; ScriptBlock = { $env:LABRUNNER_WATCHED = 2 }; Dependencies = 'quiet' }
            @{ Name = 'again'; ScriptBlock = { $env:LABRUNNER_WATCHED = 3 }; Dependencies = 'loud' }
        )
        $env:LABRUNNER_WATCHED = $null
        $results[0].Warnings | Should -BeNullOrEmpty
        $results[1].Warnings | Should -HaveCount 1
        $results[1].Warnings[0].FullyQualifiedWarningId | Should -Be 'LabRunner.EnvironmentChanged'
        $results[1].Warnings[0].Message | Should -BeLike "*LABRUNNER_WATCHED changed while operation 'loud' ran*"
        $results[2].Warnings | Should -BeNullOrEmpty
    }

    It 'says nothing of what the caller has changed itself' {
        $env:LABRUNNER_WATCHED = 'caller'
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { "$env:LABRUNNER_WATCHED" } }).Warnings | Should -BeNullOrEmpty
        $env:LABRUNNER_WATCHED = $null
    }

    It 'Runspace gives each operation one that nothing has run in' {
        $operations = 1..4 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { $global:count++; "$count $([runspace]::DefaultRunspace.InstanceId)"; New-Module -Name Left -ScriptBlock { } | Import-Module -Global } } }
        $results = Invoke-ParallelLabRunner $operations -Isolation Runspace -MaxConcurrency 2
        "$($results.Error)".Trim() | Should -BeNullOrEmpty
        $results.Output | ForEach-Object { $_.Split(' ')[0] } | Should -Be 1, 1, 1, 1
        $results.Output | Select-Object -Unique | Should -HaveCount 4
        $after = Invoke-ParallelLabRunner @{ Name = 'after'; ScriptBlock = { @(Get-Module -Name Left).Count; [runspace]::DefaultRunspace.InstanceId } }
        $after.Output[0] | Should -Be 0
        $results.Output | Should -Not -Contain "1 $($after.Output[1])"
        # One worker gets a new one each time.
        $results = Invoke-ParallelLabRunner $operations -Isolation Runspace -MaxConcurrency 1
        $results.Output | Select-Object -Unique | Should -HaveCount 4
        $results.Output | ForEach-Object { $_.Split(' ')[0] } | Should -Be 1, 1, 1, 1
        $results.WorkerId | Select-Object -Unique | Should -HaveCount 1
    }

    It 'can stop a worker that is to get a new runspace' {
        $results = Invoke-ParallelLabRunner -MaxConcurrency 1 -ContinueOnError -Ordered -ErrorAction SilentlyContinue -Operations @(
            @{ Name = 'A'; ScriptBlock = { 1 } }
            @{ Name = 'B'; ScriptBlock = { 2 }; Isolation = 'Runspace'; Timeout = '1ms'; Dependencies = 'A' }
            @{ Name = 'C'; ScriptBlock = { 3 }; WeakDependencies = 'B' }
        )
        $results[2].Status | Should -Be 'Succeeded'
    }

    It 'Runspace ends with the operation, however that ends' -ForEach 'exit 0', 'throw 1', 'Start-Sleep -Seconds 600' {
        $results = Invoke-ParallelLabRunner -MaxConcurrency 1 -ContinueOnError -Operations @(
            @{ Name = 'first'; Script = "`$global:left = 1; $_"; Isolation = 'Runspace'; Timeout = '300ms' }
            @{ Name = 'second'; Script = '"$left"'; WeakDependencies = 'first'; Isolation = 'runspace' }
        ) 2>$null
        $results[1].Status | Should -Be 'Succeeded'
        $results[1].Output | Should -Be ''
    }

    It 'is a key of an operation, of a lab file and of its settings' {
        $file = Join-Path $TestDrive 'isolated.yaml'
        Set-Content $file @'
name: isolated
settings: { isolation: runspace, max-concurrency: 1 }
operations:
  - { name: a, script: '$global:left = 1; [runspace]::DefaultRunspace.InstanceId' }
  - { name: b, script: '"$left"; [runspace]::DefaultRunspace.InstanceId', dependencies: a, isolation: shared }
  - { name: c, script: '[runspace]::DefaultRunspace.InstanceId', dependencies: b, isolation: shared }
'@
        $results = (Start-AdvancedLabOrchestration $file).Results
        $results[1].Output[0] | Should -Be ''
        $results[1].Output[1] | Should -Not -Be $results[0].Output[0]
        $results[2].Output[0] | Should -Be $results[1].Output[1]
        $fault = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { }; Isolation = 'Proces' } } |
            Should -Throw "'Proces' is not a valid Isolation for operation 'a'." -PassThru
        $fault.ErrorDetails.RecommendedAction | Should -Be 'Write Shared, Runspace or Process.'
    }

    It 'does without a worker whose runspace somebody has closed, at work or waiting for some' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner -AsJob -MaxConcurrency 1 -ContinueOnError -Operations @(
            @{ Name = 'closed'; ScriptBlock = { Write-Warning "$([runspace]::DefaultRunspace.Id)"; $null = ($using:gate).Wait(60000); Start-Sleep -Seconds 600 } }
            @{ Name = 'other'; ScriptBlock = { 'x' } }
        )
        [System.Threading.SpinWait]::SpinUntil({ $job.ChildJobs[0].Warning.Count -gt 0 }, 60000) | Should -BeTrue
        (Get-Runspace -Id ("$($job.ChildJobs[0].Warning[0])" -replace "^\[closed\] ")).CloseAsync()
        $gate.Set()
        $results = $job | Wait-Job -Timeout 60 | Receive-Job -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Remove-Job -Job $job
        $results.Status | Should -Be 'Failed', 'Succeeded'
        $results[0].ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LabRunner.WorkerLost*'

        # Those that wait end by that, and not when they have waited for the three minutes that they may.
        $idle = @(Get-Runspace -Name 'LabRunner worker*')
        $idle | Should -Not -BeNullOrEmpty
        $idle | ForEach-Object CloseAsync
        [System.Threading.SpinWait]::SpinUntil({ $idle.RunspaceStateInfo.State -notcontains 'Closing' }, 60000) | Should -BeTrue
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 'x' } }).Output | Should -Be 'x'
    }

    It 'gives every worker the providers and drives of a runspace of the engine' {
        $look = {
            foreach ($drive in Get-PSDrive | Sort-Object Name) { '{0} {1} {2} {3}' -f $drive.Name, $drive.Provider, $drive.Root, $drive.Description }
            Get-PSProvider -PSProvider FileSystem | ForEach-Object { '{0} {1} {2} {3} {4} {5}' -f $_.ImplementingType, $_.Home, $_.Capabilities, $_.ModuleName, $_.ItemSeparator, $_.VolumeSeparatedByColon }
            Set-Location -Path Temp:
            "$pwd $(Test-Path -Path .)"
            Set-Location -Path ~
            "$pwd"
        }
        $bare = [powershell]::Create()
        $expected = $bare.AddScript($look).Invoke()
        $bare.Dispose()
        $count = 8
        $here = [System.Threading.CountdownEvent]::new($count)
        $operations = foreach ($i in 1..$count) { @{ Name = "o$i"; ScriptBlock = { param($Look) $null = ($using:here).Signal(); $null = ($using:here).Wait(120000); & ([scriptblock]::Create($Look)) }; Parameters = @{ Look = "$look" } } }
        $results = Invoke-ParallelLabRunner -Operations $operations -MaxConcurrency $count
        $results.WorkerId | Select-Object -Unique | Should -HaveCount $count
        foreach ($result in $results) { $result.Output | Should -Be $expected }
    }

    It 'lets PowerShell end though an operation does not: <_>' -Tag 'NeedsEngineMember:Runspace.PrimaryRunspace' -ForEach 'one that was given up', 'one that is at work in the background' {
        $script = if ($_ -eq 'one that was given up') {
            {
                param($Module)
                Import-Module $Module
                $result = Invoke-ParallelLabRunner @{ Name = 'deaf'; ScriptBlock = { [Threading.Thread]::Sleep(-1) }; Timeout = '200ms' } -ErrorAction SilentlyContinue
                exit [int] ($result.Status -eq 'Abandoned')
            }
        } else {
            {
                param($Module)
                Import-Module $Module
                $up = [Threading.CountdownEvent]::new(2)
                $left = [IO.Path]::GetTempFileName()
                $null = Invoke-ParallelLabRunner -AsJob -MaxConcurrency 2 @(
                    @{ Name = 'deaf'; ScriptBlock = { $null = ($using:up).Signal(); [Threading.Thread]::Sleep(-1) } }
                    @{ Name = 'tidy'; ScriptBlock = { try { $null = ($using:up).Signal(); Start-Sleep -Seconds 600 } finally { Start-Sleep -Milliseconds 300; Remove-Item -LiteralPath $using:left } } }
                )
                [Console]::Out.WriteLine($left)
                exit [int] $up.Wait(120000)
            }
        }
        $process = Start-SamePowerShell -Redirect '-Command', "& { $script } '$((Get-Module LabRunner).ModuleBase)'"
        $line = $process.StandardOutput.ReadLineAsync()
        $ended = $process.WaitForExit(300000)
        if (!$ended) { $process.Kill($true) }
        $ended | Should -BeTrue
        $process.ExitCode | Should -Be 1
        # What can be tidied up within the grace, is.
        if ($line.Result) { $line.Result | Should -Not -Exist }
    }
}
