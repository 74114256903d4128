@{
    Id = 'PS21549'
    Link = 'https://github.com/PowerShell/PowerShell/issues/21549'
    Expects = '`-Verbose` of the call reaches the work.'
    Test = {
        $seen = @(Invoke-Work -Common @{ Verbose = $true } { Write-Verbose 'from the work' } 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -like '*from the work*' })
        Assert-Same $seen.Count 1 'the number of verbose records'
    }
}
