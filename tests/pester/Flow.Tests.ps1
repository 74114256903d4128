# Much output, slow readers, and how fast a run stops.

Describe 'A run that writes much' {
    It 'keeps memory flat while its reader is slow' {
        $before = [GC]::GetTotalMemory($true)
        $most = 0
        $lines = 0
        Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { foreach ($i in 1..100000) { Write-Information "line $i" } } } -KeepRecords 10 -InformationAction Continue 6>&1 | ForEach-Object {
            $lines++
            if ($lines % 10000 -eq 0) { $most = [math]::Max($most, [GC]::GetTotalMemory($true) - $before) }
        }
        $lines | Should -Be 100001
        $most / 1MB | Should -BeLessThan 20
    }

    It 'meets a limit though its reader reads nothing before that' {
        # Who reads the first line waits until the operation has ended.
        $isRead = $false
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; Timeout = '1s'; ScriptBlock = { while ($true) { Write-Information x } } } -KeepRecords 100 -InformationAction Continue -ErrorAction SilentlyContinue 6>&1 |
            ForEach-Object {
                if ($_ -is [LabRunner.LabOperationResult]) { $_ } elseif (!$isRead) {
                    $isRead = $true
                    $hasEnded = [Threading.SpinWait]::SpinUntil({ (Get-ActiveLabOperations).State -ne 'Running' }, 60000)
                }
            }
        $hasEnded | Should -BeTrue
        $result.Status | Should -Be 'TimedOut'
        $result.Truncated | Should -BeTrue
        $result.Records | Should -HaveCount 100
    }

    It 'gives the prompt back, whatever eight operations do' {
        $module = (Get-Module LabRunner).Path
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($Module) Import-Module $Module; Invoke-ParallelLabRunner (1..8 | ForEach-Object { @{ Name = "busy $_"; ScriptBlock = { Write-Warning up; while ($true) { } } } }) -MaxConcurrency 8').AddArgument($module)
        $null = $shell.BeginInvoke()
        $null = [Threading.SpinWait]::SpinUntil({ $shell.Streams.Warning.Count -ge 8 }, 60000)
        $shell.Streams.Warning | Should -HaveCount 8
        $shell.BeginStop($null, $null).AsyncWaitHandle.WaitOne(60000) | Should -BeTrue
        $shell.Dispose()
    }

    It 'leaves no memory and no thread behind, run after run' {
        $operations = 1..100 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { 1 } } }
        $run = { $null = Invoke-ParallelLabRunner $operations -MaxConcurrency 4 }
        foreach ($i in 1..30) { & $run }
        $memory = [GC]::GetTotalMemory($true)
        $threads = @([Diagnostics.Process]::GetCurrentProcess().Threads).Count
        foreach ($i in 1..100) { & $run }
        ([GC]::GetTotalMemory($true) - $memory) / 1MB | Should -BeLessThan 8
        @([Diagnostics.Process]::GetCurrentProcess().Threads).Count - $threads | Should -BeLessThan 8
    }
}
