@{
    Id = 'PS18848'
    Link = 'https://github.com/PowerShell/PowerShell/issues/18848'
    Expects = 'A burst of progress leaves no bar behind: the last thing shown of each bar is its end.'
    Test = {
        $shown = Get-Progress { Invoke-Work -Progress { foreach ($i in 1..100) { Write-Progress -Id 7 -Activity 'Burst' -PercentComplete $i } } }
        $records = $shown.Bars
        if ($records.Count -eq 0 -and ((Test-Terminal) -or $shown.Lines.Count -eq 0)) { Deny 'no progress is shown' }
        $open = @($records | Group-Object ActivityId | Where-Object { $_.Group[-1].RecordType -ne 'Completed' })
        Assert-Same $open.Count 0 'the number of bars left open'
    }
}
