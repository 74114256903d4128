@{
    Id = 'PS13433'
    Link = 'https://github.com/PowerShell/PowerShell/issues/13433'
    Expects = 'On request the call shows how far all of the work is.'
    Test = {
        $shown = Get-Progress { Invoke-Work -Progress -Count 4 -Width 1 { Start-Sleep -Milliseconds 500 } }
        $percents = @($shown.Bars | Where-Object PercentComplete -GT 0 | ForEach-Object PercentComplete | Sort-Object -Unique)
        if ($percents.Count -lt 2 -and ((Test-Terminal) -or $shown.Lines.Count -lt 4)) { Deny "it shows $($percents.Count) steps between the start and the end" }
    }
}
