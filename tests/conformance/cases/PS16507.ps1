@{
    Id = 'PS16507'
    Link = 'https://github.com/PowerShell/PowerShell/issues/16507'
    Expects = 'Ctrl-C gives the prompt back, whatever the work is waiting for.'
    Test = {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $started = [System.Threading.CountdownEvent]::new(2)
        $apart = Start-Apart { Invoke-Work -Count 2 { $null = ($using:started).Signal(); $null = ($using:gate).Wait(30000) } } @{ gate = $gate; started = $started }
        try {
            if (-not $started.Wait(15000)) { Deny 'the work did not start' }
            $null = $apart.Shell.BeginStop($null, $null)
            if (-not $apart.Running.AsyncWaitHandle.WaitOne(15000)) { Deny 'the command was still running 15 s after the stop' }
        } finally { $gate.Set() }
    }
}
