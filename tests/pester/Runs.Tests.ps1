# What a person sees who runs operations from the console.

Describe 'Invoke-ParallelLabRunner' {
    BeforeAll {
        function Invoke-Quietly([scriptblock] $Block) { & $Block 2>$null 3>$null 6>$null }
    }

    It 'gives one result an operation, in the declared order' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $results = Invoke-ParallelLabRunner -Ordered -Operations @(
            @{ Name = 'slow'; ScriptBlock = { $null = ($using:gate).Wait(60000); 'first' } }
            @{ Name = 'quick'; ScriptBlock = { 'second' } }
            @{ Name = 'after'; ScriptBlock = { ($using:gate).Set() }; Dependencies = 'quick' }
        ) -MaxParallelism 2
        $results.Name | Should -Be 'slow', 'quick', 'after'
        $results[0..1].Result | Should -Be 'first', 'second'
        $results.Success | Should -Not -Contain $false
        $results[1].EndTime | Should -BeLessOrEqual $results[0].EndTime
    }

    It 'shows a table that tells how each one ended' {
        $text = Invoke-Quietly {
            Invoke-ParallelLabRunner -ContinueOnError -Operations @(
                @{ Name = 'good'; ScriptBlock = { 'up' } }
                @{ Name = 'bad'; ScriptBlock = { throw 'no space left' } }
                @{ Name = 'after'; ScriptBlock = { 1 }; Dependencies = 'bad' }
            )
        } | Out-String -Width 160
        $text | Should -Match 'Name\s+Status'
        $text | Should -Match 'good\s+Succeeded'
        $text | Should -Match 'bad\s+Failed.*no space left'
        $text | Should -Match "after\s+Skipped.*'bad' did not succeed"
    }

    It 'keeps the position of an error at the line that made it' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' {
        $file = Join-Path $TestDrive 'deploy.ps1'
        Set-Content $file @'
$operations = @{
    Name        = 'fails'
    ScriptBlock = {
        Get-Item (Join-Path $PSScriptRoot 'nothing-here') -ErrorAction Stop
    }
}
Invoke-ParallelLabRunner -Operations $operations
'@
        $result = & $file 2>$null
        $result.ErrorRecord.InvocationInfo.ScriptName | Should -Be $file
        $result.ErrorRecord.InvocationInfo.ScriptLineNumber | Should -Be 4
        $result.Error | Should -BeLike "*nothing-here*"
    }

    It 'does not let the caller''s Stop preference cost a result' {
        $ErrorActionPreference = 'Stop'
        $results = Invoke-ParallelLabRunner -Ordered -ContinueOnError -Operations @(
            @{ Name = 'bad'; ScriptBlock = { throw 'no' } }
            @{ Name = 'good'; ScriptBlock = { 'yes' } }
        ) 2>$null
        $results.Status | Should -Be 'Failed', 'Succeeded'
    }

    It '<Under> ends a script with <Code>: a failed operation is a result, and a lab that is missing is not' -ForEach @(
        @{ Under = 'The preference Stop'; Code = 0; Set = ''; Call = "Invoke-ParallelLabRunner @{ Name = 'bad'; ScriptBlock = { throw 'no' } }" }
        @{ Under = 'A default of -ErrorAction Stop'; Code = 1; Set = "`$PSDefaultParameterValues['*-*Lab*:ErrorAction'] = 'Stop'"; Call = "Invoke-ParallelLabRunner @{ Name = 'bad'; ScriptBlock = { throw 'no' } }" }
        @{ Under = 'The preference Stop, without a lab,'; Code = 1; Set = ''; Call = 'Start-AdvancedLabOrchestration ./no-such-lab.yaml' }
    ) {
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        $script = Join-Path $TestDrive 'stops.ps1'
        Set-Content $script "Import-Module '$((Get-Module LabRunner).ModuleBase)'", "`$ErrorActionPreference = 'Stop'", $Set, "`$null = $Call", "'went on'"
        $said = Invoke-SamePowerShell -File $script 2>$null
        $LASTEXITCODE | Should -Be $Code
        @($said) -contains 'went on' | Should -Be ($Code -eq 0)
    }

    It 'throws once, with all results, when that was asked for' {
        $thrown = { Invoke-ParallelLabRunner -Operations @{ Name = 'bad'; ScriptBlock = { throw 'no' } } -ThrowOnFailure -ErrorAction SilentlyContinue } |
            Should -Throw -ErrorId 'LabRunner.RunFailed*' -PassThru
        $thrown.TargetObject.Name | Should -Be 'bad'
    }

    It 'plans only, with -WhatIf' {
        $flag = Join-Path $TestDrive 'flag'
        Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { param($Flag) Set-Content $Flag 1 }; Parameters = @{ Flag = $flag } } -WhatIf
        Test-Path $flag | Should -BeFalse
    }

    It 'stops an operation at its limit, and says so' {
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'endless'; ScriptBlock = { while ($true) { Start-Sleep -Seconds 1 } }; Timeout = '300ms' } 2>$null
        $result.Status | Should -Be 'TimedOut'
        $result.Error | Should -BeLike "*'endless' took longer than its limit of 300 ms*"
    }

    It 'takes what its reader takes: Select-Object -First stops the run' {
        $flag = Join-Path $TestDrive 'second'
        $first = Invoke-ParallelLabRunner -MaxConcurrency 1 -Operations @(
            @{ Name = 'a'; ScriptBlock = { 'a' } }
            @{ Name = 'b'; ScriptBlock = { param($Flag) Start-Sleep -Seconds 600; Set-Content $Flag 1 }; Parameters = @{ Flag = $flag } }
        ) | Select-Object -First 1
        $first.Name | Should -Be 'a'
        Test-Path $flag | Should -BeFalse
    }

    It 'works in the background as a job' {
        $job = Invoke-ParallelLabRunner -Background -Operations @{ Name = 'a'; ScriptBlock = { 'in the background' } }
        $job | Wait-Job -Timeout 60 | Should -Not -BeNullOrEmpty
        ($job | Receive-Job).Result | Should -Be 'in the background'
        $job | Remove-Job
    }

    It 'sees the values of $using: and the caller''s location' {
        $lab = @{ Network = @{ Subnet = '10.0.0.0/8' }; Nodes = 'a', 'b' }
        Push-Location $TestDrive
        try {
            $result = Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { "$($using:lab.Network.Subnet) $($using:lab.Nodes[1]) $pwd" } }
        } finally {
            Pop-Location
        }
        $result.Result | Should -Be "10.0.0.0/8 b $TestDrive"
    }

    It 'reports every mistake of the input at once, before anything starts' {
        $flag = Join-Path $TestDrive 'started'
        $thrown = {
            Invoke-ParallelLabRunner -Operations @(
                @{ Name = 'a'; ScriptBlock = { param($Flag) Set-Content $Flag 1 }; Parameters = @{ Flag = $flag } }
                @{ Name = 'b'; ScriptBlock = { 1 }; Dependencies = 'aa' }
                @{ Name = 'c'; ScriptBlock = $null }
            )
        } | Should -Throw -PassThru
        $thrown.Exception.Message | Should -BeLike "*'aa'*"
        $thrown.Exception.Message | Should -BeLike "*'c'*"
        Test-Path $flag | Should -BeFalse
    }

    It 'shows the path of a cycle' {
        {
            Invoke-ParallelLabRunner -Operations @(
                @{ Name = 'a'; ScriptBlock = { 1 }; Dependencies = 'b' }
                @{ Name = 'b'; ScriptBlock = { 1 }; Dependencies = 'a' }
            )
        } | Should -Throw -ErrorId 'LabRunner.CyclicDependency*' -ExpectedMessage '*a -> b -> a*'
    }

    It 'keeps a million lines out of the way' {
        $results = Invoke-ParallelLabRunner -Ordered -NoOutput -Operations @(
            @{ Name = 'chatty'; ScriptBlock = { foreach ($i in 1..1000000) { $i } } }
            @{ Name = 'quiet'; ScriptBlock = { 'done' } }
        )
        $results.Success | Should -Be $true, $true
    }

    It 'gives objects back as they are' {
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { [IO.MemoryStream]::new([byte[]](1, 2)) } }
        $result.Result | Should -BeOfType ([IO.MemoryStream])
        $result.Result.Length | Should -Be 2
    }
}

Describe 'The example of the README' {
    It 'runs as it is written' {
        $readme = Get-Content (Join-Path $PSScriptRoot '../../README.md') -Raw
        $example = [regex]::Match($readme, '(?s)```powershell\r?\n(.*?)```').Groups[1].Value
        $example | Should -Not -BeNullOrEmpty
        $text = $example -replace 'Import-Module \./out/LabRunner', ''
        $results = & ([scriptblock]::Create($text)) 2>$null
        $results.Status | Should -Be 'Succeeded', 'Succeeded', 'Failed', 'Succeeded', 'Skipped'
        $results[1].Result | Should -Be 'disk of 60 GB'
        $results[4].SkippedBecause.Operation | Should -Be 'disk-02'
    }
}
