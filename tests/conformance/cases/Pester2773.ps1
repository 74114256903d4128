@{
    Id = 'Pester2773'
    Link = 'https://github.com/pester/Pester/pull/2773'
    Expects = 'On request, what parallel work writes can be read in one piece for each.'
    Test = {
        # Two take turns at writing, so that a runner which shows records as they come must mix them.
        $turn = [System.Threading.Barrier]::new(2)
        $shown = @(Invoke-Work -Grouped -Count 2 -Width 2 { $name = [guid]::NewGuid(); foreach ($i in 1..5) { Write-Warning "$name $i"; $null = ($using:turn).SignalAndWait(10000) } } 3>&1 |
                Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object { ([regex]::Match("$_", '[0-9a-f-]{36}')).Value })
        Assert-Same $shown.Count 10 'the number of warnings'
        $changes = 0
        foreach ($i in 1..9) { if ($shown[$i] -ne $shown[$i - 1]) { $changes++ } }
        Assert-Same $changes 1 'how often the speaker changes'
    }
}
