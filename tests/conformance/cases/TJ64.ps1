@{
    Id = 'TJ64'
    Link = 'https://github.com/PaulHigin/PSThreadJob/issues/64'
    Expects = 'A script file that is run by its path has its `$PSScriptRoot`.'
    Test = {
        $folder = [System.IO.Directory]::CreateTempSubdirectory('conformance-').FullName
        try {
            [System.IO.File]::WriteAllText("$folder/work.ps1", '$PSScriptRoot')
            Assert-Same (Invoke-Work -File "$folder/work.ps1") $folder '$PSScriptRoot'
        } finally { [System.IO.Directory]::Delete($folder, $true) }
    }
}
