@{
    Id = 'PPP48'
    Link = 'https://github.com/santisq/PSParallelPipeline/issues/48'
    Expects = 'A module that is asked for is there in all of the work, at a great width.'
    Test = {
        $folder = [System.IO.Directory]::CreateTempSubdirectory('conformance-').FullName
        try {
            $null = [System.IO.Directory]::CreateDirectory("$folder/Slow")
            $path = "$folder/Slow/Slow.psm1"
            [System.IO.File]::WriteAllText($path, 'foreach ($i in 1..200) { Set-Item "function:script:Get-Slow$i" { 1 } }; function Get-Slow { "slow" }; Export-ModuleMember -Function Get-Slow')
            $all = @(Invoke-Work -Modules $path -Count 24 -Width 8 { Get-Slow } 2>&1 | Where-Object { "$_" -eq 'slow' })
            Assert-Same $all.Count 24 'the number of answers'
        } finally { [System.IO.Directory]::Delete($folder, $true) }
    }
}
