@{
    Id = 'PS15302'
    Link = 'https://github.com/PowerShell/PowerShell/issues/15302'
    Expects = '`$PSScriptRoot` is the folder of the file the block is in.'
    Test = {
        Assert-Same (Invoke-Work { $PSScriptRoot }) $PSScriptRoot '$PSScriptRoot'
    }
}
