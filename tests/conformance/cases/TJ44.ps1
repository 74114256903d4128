@{
    Id = 'TJ44'
    Link = 'https://github.com/PaulHigin/PSThreadJob/issues/44'
    Expects = 'Work runs in the location of the caller.'
    Test = {
        $folder = [System.IO.Directory]::CreateTempSubdirectory('conformance-').FullName
        Push-Location -LiteralPath $folder
        try { Assert-Same (Invoke-Work { $PWD.Path }) (Get-Location).Path 'the location' } finally { Pop-Location; [System.IO.Directory]::Delete($folder) }
    }
}
