@{
    Id = 'TJ49'
    Link = 'https://github.com/PaulHigin/PSThreadJob/issues/49'
    Expects = 'Two runs at a time have each their own limit.'
    Test = {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $first = [System.Threading.CountdownEvent]::new(4)
        $second = [System.Threading.CountdownEvent]::new(2)
        $extra = [int[]]::new(1)
        $a = Start-Work -Count 6 -Width 4 { if (-not ($using:gate).IsSet) { if (($using:first).IsSet) { ($using:extra)[0]++ } else { $null = ($using:first).Signal() } }; $null = ($using:gate).Wait(20000) }
        try {
            if (-not $first.Wait(10000)) { Deny 'the first run did not reach its limit of 4' }
            $b = Start-Work -Count 4 -Width 2 { if (-not ($using:gate).IsSet) { if (($using:second).IsSet) { ($using:extra)[0]++ } else { $null = ($using:second).Signal() } }; $null = ($using:gate).Wait(20000) }
            if (-not $second.Wait(8000)) { Deny 'the second run did not reach its limit of 2 beside the first' }
            # The work beyond the limits has had its chance when a run of its own, begun now, has ended.
            $null = Start-Work { } | Wait-Job -Timeout 5
            Assert-Same $extra[0] 0 'what ran beyond the limits'
        } finally { $gate.Set(); $null = @($a) + @($b) | Where-Object { $_ } | Wait-Job -Timeout 10 }
    }
}
