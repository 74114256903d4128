@{
    Id = 'PS24330'
    Link = 'https://github.com/PowerShell/PowerShell/issues/24330'
    Expects = '`Receive-Job` gives the records of a job in the order in which it wrote them.'
    Test = {
        $job = Start-Work { Write-Warning '1'; Write-Error '2'; Write-Host '3'; Write-Warning '4'; Write-Error '5'; Write-Host '6' }
        $null = $job | Wait-Job -Timeout 20
        $order = -join ($job | Receive-Job *>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] -or $_ -is [System.Management.Automation.ErrorRecord] -or $_ -is [System.Management.Automation.InformationRecord] } | ForEach-Object { "$_" })
        Assert-Same $order '123456' 'the order'
    }
}
