@{
    Id = 'dbatools8964'
    Link = 'https://github.com/dataplat/dbatools/issues/8964'
    Expects = 'A module can be imported by many pieces of work at the same time.'
    Test = {
        $folder = [System.IO.Directory]::CreateTempSubdirectory('conformance-').FullName
        try {
            $path = "$folder/Shared.psm1"
            [System.IO.File]::WriteAllText($path, '$script:n = 0; foreach ($i in 1..100) { Set-Alias "shared-alias-$i" Get-Shared; $script:n++ }; function Get-Shared { $script:n }; Export-ModuleMember -Function Get-Shared -Alias *')
            $gate = [System.Threading.Barrier]::new(8)
            $all = @(Invoke-Work -Count 8 -Width 8 { $null = ($using:gate).SignalAndWait(15000); Import-Module $using:path -Force -ErrorAction Stop; Get-Shared } 2>&1 | Where-Object { "$_" -eq '100' })
            Assert-Same $all.Count 8 'the number of answers'
        } finally { [System.IO.Directory]::Delete($folder, $true) }
    }
}
