@{
    Id = 'PS14984'
    Link = 'https://github.com/PowerShell/PowerShell/issues/14984'
    Expects = 'Under `$WhatIfPreference` parallel work changes nothing.'
    Test = {
        $kept = [System.IO.Path]::GetTempFileName()
        try {
            & {
                $WhatIfPreference = $true
                $null = Invoke-Work { Remove-Item -LiteralPath $using:kept }
            }
            if (-not [System.IO.File]::Exists($kept)) { Deny 'the file was removed' }
            $null = Invoke-Work { Remove-Item -LiteralPath $using:kept }
            if ([System.IO.File]::Exists($kept)) { Deny 'without the preference the file was not removed either' }
        } finally { [System.IO.File]::Delete($kept) }
    }
}
