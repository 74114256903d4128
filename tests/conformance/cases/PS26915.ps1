@{
    Id = 'PS26915'
    Link = 'https://github.com/PowerShell/PowerShell/issues/26915'
    Expects = 'However much work runs, only a few bars are shown at a time.'
    Test = {
        $gate = [System.Threading.Barrier]::new(12)
        $shown = Get-Progress { Invoke-Work -Progress -Count 12 -Width 12 { $id = [System.Random]::Shared.Next(1, [int]::MaxValue); Write-Progress -Id $id -Activity "Bar $id" -PercentComplete 50; $null = ($using:gate).SignalAndWait(15000); Start-Sleep -Milliseconds 300; Write-Progress -Id $id -Activity "Bar $id" -Completed } } @{ gate = $gate }
        $records = $shown.Bars
        if ($records.Count -eq 0 -and ((Test-Terminal) -or $shown.Lines.Count -eq 0)) { Deny 'no progress is shown' }
        $open = [System.Collections.Generic.HashSet[int]]::new()
        $most = 0
        foreach ($record in $records) {
            if ($record.RecordType -eq 'Completed') { $null = $open.Remove($record.ActivityId) } else { $null = $open.Add($record.ActivityId) }
            $most = [math]::Max($most, $open.Count)
        }
        if ($most -gt 8) { Deny "$most bars were shown at a time" }
    }
}
