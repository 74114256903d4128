@{
    Id = 'PS17235'
    Link = 'https://github.com/PowerShell/PowerShell/issues/17235'
    Expects = 'A time limit is kept, whatever the work is waiting for.'
    Test = {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $apart = Start-Apart { Invoke-Work -Timeout 1 { $null = ($using:gate).Wait(30000) } } @{ gate = $gate }
        try {
            if (-not $apart.Running.AsyncWaitHandle.WaitOne(15000)) { Deny 'a limit of 1 s had no effect within 15 s' }
            try { $null = $apart.Shell.EndInvoke($apart.Running) } catch [System.NotSupportedException] { throw } catch { if ($_.Exception.GetBaseException() -is [System.NotSupportedException]) { throw $_.Exception.GetBaseException() } }
        } finally { $gate.Set() }
    }
}
