# Runs in the background, with the job commands that everybody knows.

Describe 'A run as a job' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        function Receive-Text($Job, [switch] $Keep) { Receive-Job -Job $Job -Keep:$Keep *>&1 | ForEach-Object { "$($_.GetType().Name) $_" } }
        function Wait-Until([scriptblock] $Condition) {
            if (![System.Threading.SpinWait]::SpinUntil([func[bool]] $Condition, 60000)) { throw "Waited in vain for: $Condition" }
        }
    }

    AfterEach { Get-Job | Remove-Job -Force }

    It 'has a child job for each operation, with its own name, state and output' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner -AsJob -RunName 'my run' -Operations @(
            @{ Name = 'first'; ScriptBlock = { 'one' } }
            @{ Name = 'second'; ScriptBlock = { $null = ($using:gate).Wait(120000); throw 'broken' }; Dependencies = 'first' }
            @{ Name = 'third'; ScriptBlock = { 3 }; Dependencies = 'second' }
        )
        $job.Name | Should -Be 'my run'
        $job.ChildJobs.Name | Should -Be 'first', 'second', 'third'
        Wait-Until { $job.ChildJobs[1].State -eq 'Running' }
        $job.ChildJobs.State | Should -Be 'Completed', 'Running', 'NotStarted'
        $job.State | Should -Be 'Running'
        $job.HasMoreData | Should -BeTrue
        (Receive-Job -Job $job.ChildJobs[0]).Output | Should -Be 'one'
        $gate.Set()
        $null = Wait-Job -Job $job -Timeout 60
        $job.State | Should -Be 'Failed'
        $job.StatusMessage | Should -Be '3 of 3 operations ended'
        $job.ChildJobs.State | Should -Be 'Completed', 'Failed', 'Stopped'
        $job.ChildJobs[1].StatusMessage | Should -Be 'broken'
        $job.ChildJobs[2].StatusMessage | Should -BeLike "*it depends on 'second'*"
        $received = Receive-Job -Job $job -ErrorAction SilentlyContinue -ErrorVariable failures
        $received.Name | Should -Be 'second', 'third'
        $failures | ForEach-Object { "$_" } | Should -Be '[second] broken'
        $job.HasMoreData | Should -BeFalse
    }

    It 'gives what an operation wrote in the order in which it did, while it runs' -Tag 'NeedsEngineMember:Job.UsesResultsCollection' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner -Background @{ Name = 'a'; ScriptBlock = {
                Write-Warning 'w1'; Write-Error 'e1'; Write-Host 'h1'; Write-Warning 'w2'; Write-Error 'e2'
                $null = ($using:gate).Wait(120000)
                Write-Host 'h2'
            } }
        Wait-Until { $job.ChildJobs[0].Error.Count -eq 2 }
        $live = 'WarningRecord w1', 'ErrorRecord e1', 'InformationRecord h1', 'WarningRecord w2', 'ErrorRecord e2'
        Receive-Text $job -Keep | Should -Be $live
        Receive-Text $job | Should -Be $live
        Receive-Text $job | Should -BeNullOrEmpty
        $gate.Set()
        $null = Wait-Job -Job $job -Timeout 60
        Receive-Text $job | Should -Be 'InformationRecord h2', 'LabOperationResult a: Succeeded'
    }

    It 'says how to bring a function of the session that an operation does not find' {
        function New-LabInfrastructure { 'made' }
        $job = Invoke-ParallelLabRunner -Background -ContinueOnError @{ Name = 'a'; ScriptBlock = { New-LabInfrastructure } }, @{ Name = 'b'; ScriptBlock = { New-NowhereAtAll } }
        $null = Wait-Job -Job $job -Timeout 120
        $job.ChildJobs[0].Error[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Functions New-LabInfrastructure.'
        $job.ChildJobs[1].Error[0].ErrorDetails.RecommendedAction | Should -BeNullOrEmpty
    }

    It 'can be stopped, and says so' {
        $job = Invoke-ParallelLabRunner -Background @{ Name = 'a'; ScriptBlock = { Write-Warning up; while ($true) { Start-Sleep -Seconds 1 } } }
        Wait-Until { $job.ChildJobs[0].Warning.Count -eq 1 }
        { Stop-Job -Job $job.ChildJobs[0] -ErrorAction Stop } | Should -Throw "*'a' cannot be stopped by itself*"
        Stop-Job -Job $job
        $job.State | Should -Be 'Stopped'
        $job.ChildJobs[0].State | Should -Be 'Stopped'
        (Receive-Job -Job $job 2>$null 3>$null).Status | Should -Be 'Canceled'
    }

    It 'works with Receive-Job -Wait -AutoRemoveJob, and Remove-Job -Force' {
        (Invoke-ParallelLabRunner -Background @{ Name = 'a'; ScriptBlock = { 'x' } } | Receive-Job -Wait -AutoRemoveJob).Output | Should -Be 'x'
        $job = Invoke-ParallelLabRunner -Background @{ Name = 'a'; ScriptBlock = { while ($true) { Start-Sleep -Seconds 1 } } }
        Remove-Job -Job $job -Force
        Get-Job | Should -BeNullOrEmpty
    }

    It 'gives output while the operation runs, in its place among the records, and the result last' -Tag 'NeedsEngineMember:Job.UsesResultsCollection' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $job = Invoke-ParallelLabRunner -Background @{ Name = 'a'; ScriptBlock = { 'one'; Write-Warning 'w'; $null; @{ Two = 2 }; $null = ($using:gate).Wait(60000); 'three' } }
        Wait-Until { $job.ChildJobs[0].Output.Count -eq 3 }
        $received = Receive-Job -Job $job *>&1
        $received | ForEach-Object { "$_" } | Should -Be 'one', 'w', '', 'System.Collections.Hashtable'
        $received[3].Two | Should -Be 2
        $gate.Set()
        $null = Wait-Job -Job $job -Timeout 60
        $rest = Receive-Job -Job $job
        $rest[0] | Should -Be 'three'
        $rest[1] | Should -BeOfType ([LabRunner.LabOperationResult])
        $rest[1].Output | Should -HaveCount 4
        $rest | Should -HaveCount 2
    }

    It 'gives output of a monitor for as long as it runs' {
        $job = Invoke-ParallelLabRunner -Background @{ Name = 'watch'; Type = 'Monitor'; ScriptBlock = { while ($true) { "out $((++$i))"; Start-Sleep -Milliseconds 20 } } }
        $first = [System.Collections.Generic.List[object]]::new()
        Wait-Until { foreach ($one in Receive-Job -Job $job) { $first.Add($one) }; $first.Count -gt 2 }
        Wait-Until { $job.ChildJobs[0].HasMoreData }
        $job.State | Should -Be 'Running'
        Stop-Job -Job $job
        $all = @($first) + @(Receive-Job -Job $job 2>$null)
        $all[-1].Status | Should -Be 'Canceled'
        $all[0..($all.Count - 2)] | Should -Be (1..($all.Count - 1) | ForEach-Object { "out $_" })
        $all[-1].Output | Should -Be $all[0..($all.Count - 2)]
    }

    It 'gives output <Name>' -ForEach @(
        @{ Name = 'of a program'; Operation = @{ Command = 'sh'; Arguments = '-c', 'echo one; echo two' } }
        @{ Name = 'of a process of its own'; Operation = @{ Isolation = 'Process'; ScriptBlock = { 'one'; 'two' } } }
        @{ Name = 'in one piece'; Operation = @{ ScriptBlock = { 'one'; 'two' } }; With = @{ OutputMode = 'Grouped' } }
        @{ Name = 'that the result does not keep'; Operation = @{ ScriptBlock = { 'one'; 'two' } }; With = @{ NoOutput = $true } }
        @{ Name = 'of each attempt'; Operation = @{ ScriptBlock = { if (-not ($using:tried).Count) { ($using:tried).Add(1); 'one'; throw 'once' }; 'two' }; RetryCount = 1 } }
    ) {
        $tried = [System.Collections.Generic.List[int]]::new()
        if (-not $With) { $With = @{} }
        $received = @(Invoke-ParallelLabRunner -Background (@{ Name = 'a' } + $Operation) @With | Receive-Job -Wait -AutoRemoveJob 2>$null)
        $received[0, 1] | Should -Be 'one', 'two'
        $received[2].Status | Should -Be 'Succeeded'
        $received | Should -HaveCount 3
    }

    It 'keeps output that nobody receives within bounds, on the result too' {
        $job = Invoke-ParallelLabRunner -Background -KeepRecords 1000 @{ Name = 'a'; ScriptBlock = { 1..150000 } }
        $null = Wait-Job -Job $job -Timeout 120
        $job.ChildJobs[0].Output.Count | Should -BeLessThan 2100
        $received = Receive-Job -Job $job
        $received.Count | Should -BeLessThan 2100
        $received[-2] | Should -Be 150000
        $received[-1].Output | Should -HaveCount 100000
        $received[-1].Output[0, 49999, 50000, -1] | Should -Be 1, 50000, 100001, 150000
        $received[-1].Truncated | Should -BeTrue
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1..150000 } }).Output | Should -HaveCount 150000
    }

    It 'gives what is received while the oldest of it goes, in its order and with the result last' {
        $job = Invoke-ParallelLabRunner -Background -KeepRecords 1000 @{ Name = 'a'; ScriptBlock = { 1..40000 } }
        $received = @(do { $running = $job.State -eq 'Running'; Receive-Job -Job $job } while ($running))
        $job.State | Should -Be 'Completed'
        $received[-1].Status | Should -Be 'Succeeded'
        $received[-2] | Should -Be 40000
        $numbers = [int[]] $received[0..($received.Count - 2)]
        [System.Linq.Enumerable]::SequenceEqual([System.Linq.Enumerable]::Order($numbers), $numbers) | Should -BeTrue
    }

    It 'keeps what nobody receives within bounds' -Tag 'NeedsEngineMember:Job.UsesResultsCollection' {
        $job = Invoke-ParallelLabRunner -Background -KeepRecords 1000 @{ Name = 'a'; ScriptBlock = { foreach ($i in 1..20000) { Write-Information $i } } }
        $null = Wait-Job -Job $job -Timeout 60
        $received = Receive-Job -Job $job 6>&1
        $received[-1] | Should -BeOfType ([LabRunner.LabOperationResult])
        "$($received[-2])" | Should -Be '20000'
        $received.Count | Should -BeLessThan 2100
    }
}

Describe 'A lab as a job' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        $lab = "$TestDrive/web.yaml"
        Set-Content -LiteralPath $lab -Value @'
name: Web
operations:
  - name: disk
    script: Write-Warning creating; 'disk'
  - name: machine
    script: $null = $gate.Wait(120000); Write-Warning booting; 'machine'
    depends_on: disk
  - name: index
    script: if ($broken) { throw 'broken' } 'index'
    depends_on: machine
'@
        function Start-It([switch] $Broken, [hashtable] $With = @{}) {
            $script:gate = [System.Threading.ManualResetEventSlim]::new()
            Start-AdvancedLabOrchestration -ConfigurationPath $lab -Variables @{ gate = $gate; broken = [bool] $Broken } -AsJob @With
        }
        function Wait-Until([scriptblock] $Condition) {
            if (![System.Threading.SpinWait]::SpinUntil([func[bool]] $Condition, 60000)) { throw "Waited in vain for: $Condition" }
        }
    }

    AfterEach { Get-Job | Remove-Job -Force }

    It 'gives what operations write while they run, and its report in the end' -Tag 'NeedsEngineMember:Job.UsesResultsCollection' {
        $job = Start-It
        $job.Name | Should -Be 'Web'
        $job.ChildJobs.Name | Should -Be 'disk', 'machine', 'index'
        Wait-Until { $job.ChildJobs[1].State -eq 'Running' }
        $job.ChildJobs.State | Should -Be 'Completed', 'Running', 'NotStarted'
        $job.State | Should -Be 'Running'
        "$(Receive-Job -Job $job *>&1)" | Should -Be '[disk] creating disk'
        $gate.Set()
        $null = Wait-Job -Job $job -Timeout 60
        $job.State | Should -Be 'Completed'
        $job.StatusMessage | Should -Be '3 of 3 operations ended'
        $job.ChildJobs[1].Warning.Message | Should -Be '[machine] booting'
        $received = @(Receive-Job -Job $job 3>$null)
        $received | Should -HaveCount 3
        $report = $received | Where-Object { $_ -is [LabRunner.LabOrchestrationReport] }
        $received | Where-Object { $_ -is [string] } | Should -Be 'machine', 'index'
        $report.Summary.Status | Should -Be 'Succeeded'
        $report.Results.Output | Should -Be 'disk', 'machine', 'index'
        $report.Metrics.TotalOperations | Should -Be 3
        $job.HasMoreData | Should -BeFalse
    }

    It 'has failed when the lab has, and still reports' {
        $job = Start-It -Broken
        $gate.Set()
        $null = Wait-Job -Job $job -Timeout 60
        $job.State | Should -Be 'Failed'
        $job.ChildJobs.State | Should -Be 'Completed', 'Completed', 'Failed'
        $job.ChildJobs[2].StatusMessage | Should -Be 'broken'
        $report = Receive-Job -Job $job -ErrorAction SilentlyContinue -ErrorVariable failures 3>$null | Where-Object { $_ -is [LabRunner.LabOrchestrationReport] }
        $report.Summary.Success | Should -BeFalse
        $report.Error | Should -BeLike '*broken*'
        $failures | ForEach-Object { "$_" } | Should -Be '[index] broken'
    }

    It 'has failed when a part of the lab was left out' {
        $job = Start-It -With @{ Exclude = 'machine' }
        $gate.Set()
        $null = Wait-Job -Job $job -Timeout 60
        $job.State | Should -Be 'Failed'
        (Receive-Job -Job $job 3>$null).Summary.Status | Should -Be 'PartiallySucceeded'
    }

    It 'can be stopped' {
        $job = Start-It
        Wait-Until { $job.ChildJobs[1].State -eq 'Running' }
        Stop-Job -Job $job
        $job.State | Should -Be 'Stopped'
        (Receive-Job -Job $job 2>$null 3>$null).Summary.Status | Should -Be 'Canceled'
    }

    It 'plans only with -DryRun, and asks for nothing with -WhatIf' {
        Start-AdvancedLabOrchestration -ConfigurationPath $lab -AsJob -DryRun | Should -BeOfType ([LabRunner.LabOrchestrationReport])
        Start-AdvancedLabOrchestration -ConfigurationPath $lab -AsJob -WhatIf | Should -BeNullOrEmpty
        Get-Job | Should -BeNullOrEmpty
    }
}
