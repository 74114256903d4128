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

    It 'meets a limit of a second all the same' {
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; Timeout = '1s'; ScriptBlock = { while ($true) { Write-Information x } } } -KeepRecords 100 -InformationAction Continue -ErrorAction SilentlyContinue 6>&1 |
            ForEach-Object { if ($_ -is [LabRunner.LabOperationResult]) { $_ } else { [Threading.Thread]::SpinWait(2000) } }
        $result.Status | Should -Be 'TimedOut'
        $result.Duration.TotalSeconds | Should -BeLessThan 3
        $result.Truncated | Should -BeTrue
        $result.Records | Should -HaveCount 100
    }

    It 'gives the prompt back at once, whatever eight operations do' {
        $module = (Get-Module LabRunner).Path
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($Module) Import-Module $Module; Invoke-ParallelLabRunner (1..8 | ForEach-Object { @{ Name = "busy $_"; ScriptBlock = { Write-Warning up; while ($true) { } } } }) -MaxConcurrency 8').AddArgument($module)
        $null = $shell.BeginInvoke()
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ($shell.Streams.Warning.Count -lt 8 -and $watch.Elapsed.TotalSeconds -lt 60) { Start-Sleep -Milliseconds 10 }
        $shell.Streams.Warning | Should -HaveCount 8
        $watch.Restart()
        $shell.Stop()
        # Eight busy loops leave nothing of the processors; 100 ms is what it takes on a machine that is free.
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
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
